package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.source.KubeObject.Kind;
import java.util.Set;

/**
 * What can be published without the rest, once the kinds that it is made of are known whole. Published sooner it would
 * show half-filled services, and pods without nodes; published later, one kind that may not be read would keep all
 * others from the peers.
 */
enum Part {
    NODES(Set.of(Kind.NODE, Kind.CILIUM_NODE), Set.of(Topic.NODES)),
    SERVICES(
            Set.of(Kind.NAMESPACE, Kind.SERVICE, Kind.ENDPOINT_SLICE),
            Set.of(Topic.SERVICES, Topic.MESH_SERVICES, Topic.ENDPOINT_SLICES)),
    EXPORTS(
            Set.of(Kind.NAMESPACE, Kind.SERVICE, Kind.ENDPOINT_SLICE, Kind.SERVICE_EXPORT),
            Set.of(Topic.SERVICE_EXPORTS)),
    PODS(
            Set.of(Kind.NAMESPACE, Kind.NODE, Kind.CILIUM_NODE, Kind.POD, Kind.CILIUM_ENDPOINT, Kind.CILIUM_IDENTITY),
            Set.of(Topic.LABEL_SETS, Topic.IDENTITIES, Topic.IPS));

    private final Set<Kind> needs;
    private final Set<Topic> topics;

    Part(Set<Kind> needs, Set<Topic> topics) {
        this.needs = needs;
        this.topics = topics;
    }

    /** The kinds that it is made of. */
    Set<Kind> needs() {
        return needs;
    }

    /** Which keys it writes. */
    Set<Topic> topics() {
        return topics;
    }
}
