package io.clustermesh.apiserver.source;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.NodeRecord.NodeAddress;
import java.util.List;

/**
 * A Node.
 *
 * @param meta name and labels
 * @param addresses its IP addresses; host and DNS names are left out
 * @param podCidrs the blocks that its pods' addresses come from
 */
public record KubeNode(ObjectMeta meta, List<NodeAddress> addresses, List<Cidr> podCidrs) implements KubeObject {

    public KubeNode {
        addresses = List.copyOf(addresses);
        podCidrs = List.copyOf(podCidrs);
    }

    @Override
    public Kind kind() {
        return Kind.NODE;
    }
}
