package io.clustermesh.apiserver.publish;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IdentityRange;
import io.clustermesh.model.MeshSize;
import java.util.List;

/**
 * The cluster that we publish.
 *
 * @param name its name
 * @param id its id
 * @param size how many clusters its mesh can have
 * @param podCidrs what its nodes' pod CIDRs come from; empty if not said
 * @param exports what it exports
 */
public record OwnCluster(ClusterName name, ClusterId id, MeshSize size, List<Cidr> podCidrs, Exports exports) {

    /** A cluster that exports everything. */
    public OwnCluster(ClusterName name, ClusterId id, MeshSize size, List<Cidr> podCidrs) {
        this(name, id, size, podCidrs, Exports.ALL);
    }

    /** @throws IllegalArgumentException if the mesh has no room for such an id */
    public OwnCluster {
        if (id.value() > size.maxClusters()) {
            throw new IllegalArgumentException(
                    "cluster id %s is outside 1..%d, the ids of a mesh of %d clusters; choose another id or set meshSize in every cluster"
                            .formatted(id, size.maxClusters(), size.maxClusters()));
        }
        podCidrs = List.copyOf(podCidrs);
    }

    /** The same cluster with other exports. */
    public OwnCluster exporting(Exports other) {
        return new OwnCluster(name, id, size, podCidrs, other);
    }

    /** The identities that belong to this cluster. */
    public IdentityRange identities() {
        return IdentityRange.of(id, size);
    }
}
