package io.clustermesh.nodesync.agent;

/** Where records come from; each is one prefix of the own mesh-apiserver. */
public enum Source {
    /** The own cluster's services, {@code clustermesh/state/services/v1/<cluster>/}. */
    OWN,
    /** Every peer's exported services as mirrored, {@code cilium/cache/services/v1/}. */
    PEERS,
    /** Every peer's exported endpoint slices as mirrored, {@code cilium/cache/endpointslices/v1/}. */
    PEER_SLICES,
    /** Every peer's config, which says in which form its services count, {@code cilium/cluster-config/}. */
    PEER_CONFIGS,
    /** What operators drain, {@code clustermesh/state/drains/v1/<cluster>/}. */
    DRAINS
}
