package io.clustermesh.apiserver.publish;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;

/** The kinds of keys that the publisher writes. */
public enum Topic {
    /** Cilium's nodes, for peers. */
    NODES,
    /** Cilium's exported services, for peers. */
    SERVICES,
    /** Cilium's pod addresses, for peers. */
    IPS,
    /** Cilium's endpoint slices, for peers. */
    ENDPOINT_SLICES,
    /** Cilium's service exports (MCS-API), for peers. */
    SERVICE_EXPORTS,
    /** Our own services, for the cluster's agents. */
    MESH_SERVICES,
    /** Identities that Cilium has allocated, for peers; the identity-allocator writes its own. */
    IDENTITIES,
    /** Label sets that want an identity, for the identity-allocator. */
    LABEL_SETS;

    /** Under which all keys of the topic lie, and, identities aside, nothing else. */
    public String prefix(ClusterName cluster) {
        return switch (this) {
            case NODES -> Resource.NODES.statePrefix(cluster);
            case SERVICES -> Resource.SERVICES.statePrefix(cluster);
            case IPS -> Resource.IPS.statePrefix(cluster);
            case ENDPOINT_SLICES -> Resource.ENDPOINT_SLICES.statePrefix(cluster);
            case SERVICE_EXPORTS -> Resource.SERVICE_EXPORTS.statePrefix(cluster);
            case MESH_SERVICES -> Keys.meshServices(cluster);
            case IDENTITIES -> Resource.IDENTITIES.statePrefix(cluster);
            case LABEL_SETS -> Keys.labelSets(cluster);
        };
    }
}
