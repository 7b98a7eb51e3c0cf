package io.clustermesh.apiserver.source;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.NodeRecord.NodeAddress;
import java.util.List;

/**
 * What Cilium knows of a node, which counts more than the Node: with Cilium's own address management a Node's pod CIDRs
 * mean nothing.
 *
 * @param meta its name is the node's
 * @param addresses its addresses, Cilium's own among them
 * @param podCidrs the blocks that its pods' addresses come from
 */
public record CiliumNode(ObjectMeta meta, List<NodeAddress> addresses, List<Cidr> podCidrs) implements KubeObject {

    public CiliumNode {
        addresses = List.copyOf(addresses);
        podCidrs = List.copyOf(podCidrs);
    }

    @Override
    public Kind kind() {
        return Kind.CILIUM_NODE;
    }
}
