package io.clustermesh.nodesync.agent;

import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;

/** What a key and its value turned out to be. */
sealed interface Reading {

    /** A service of the own cluster. */
    record Own(MeshService service) implements Reading {}

    /** A service of a peer. */
    record Peer(ServiceRecord service) implements Reading {}

    /** A service that is gone. */
    record Gone(ClusterName cluster, ServiceName service) implements Reading {}

    /** A slice of a peer's service. */
    record Slice(ClusterEndpointSlice slice) implements Reading {}

    /** A slice that is gone. */
    record SliceGone(ClusterName cluster, String namespace, String slice) implements Reading {}

    /** Whether a peer exports slices; not, if its config is gone. */
    record Config(ClusterName cluster, boolean slices) implements Reading {}

    /** What a drain leaves of a share; all of it, if the drain is gone. */
    record Drained(Drain.Target target, int keepPercent) implements Reading {}

    /** Nothing to be used, and nothing wrong with it. */
    record Unused() implements Reading {}

    /**
     * Nothing to be used.
     *
     * @param reason rule, value seen, next step
     */
    record Refused(String reason) implements Reading {}
}
