package io.clustermesh.model;

/**
 * How many clusters a mesh can have; it fixes how many bits of an identity belong to the cluster id, so every cluster
 * of a mesh must agree on it (Cilium's {@code max-connected-clusters}).
 */
public enum MeshSize {
    /** 8 bits of cluster id, 65,536 identities a cluster. */
    CLUSTERS_255(255, 16),
    /** 9 bits of cluster id, 32,768 identities a cluster. */
    CLUSTERS_511(511, 15);

    private final int maxClusters;
    private final int identityBits;

    MeshSize(int maxClusters, int identityBits) {
        this.maxClusters = maxClusters;
        this.identityBits = identityBits;
    }

    /** The highest cluster id of such a mesh: 255 or 511. */
    public int maxClusters() {
        return maxClusters;
    }

    /** How many low bits of an identity number the cluster itself hands out. */
    public int identityBits() {
        return identityBits;
    }

    /** The size whose highest id is {@code maxClusters}. */
    public static MeshSize of(int maxClusters) {
        return switch (maxClusters) {
            case 255 -> CLUSTERS_255;
            case 511 -> CLUSTERS_511;
            default ->
                throw new IllegalArgumentException("a mesh holds 255 or 511 clusters, not %d".formatted(maxClusters));
        };
    }
}
