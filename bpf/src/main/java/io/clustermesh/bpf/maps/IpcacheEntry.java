package io.clustermesh.bpf.maps;

import io.clustermesh.model.NumericIdentity;

/**
 * Who stands behind an address.
 *
 * @param identity its security identity
 * @param clusterId its cluster, 0 for none (an address of the world)
 */
public record IpcacheEntry(NumericIdentity identity, int clusterId) {

    /** @throws IllegalArgumentException for a cluster id that no mesh has */
    public IpcacheEntry {
        if (clusterId < 0 || clusterId >= ServiceTables.CLUSTERS) {
            throw new IllegalArgumentException(
                    "cluster id %d is outside 0..%d".formatted(clusterId, ServiceTables.CLUSTERS - 1));
        }
    }
}
