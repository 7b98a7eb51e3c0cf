package io.clustermesh.nodesync.agent;

import io.clustermesh.model.ClusterName;
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

    /**
     * Nothing to be used.
     *
     * @param reason rule, value seen, next step
     */
    record Refused(String reason) implements Reading {}
}
