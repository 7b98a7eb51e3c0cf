package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.CiliumNode;
import io.clustermesh.apiserver.source.KubeNode;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.Keys;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.NodeRecord.NodeAddress;
import io.clustermesh.model.codec.NodeCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Nodes, and which of them must be looked at again. Owned by one thread. */
final class NodeTable {

    private static final String INTERNAL = "InternalIP";

    private final OwnCluster cluster;
    private final Map<String, KubeNode> nodes = new HashMap<>();
    /** What Cilium says of a node counts instead. */
    private final Map<String, KubeNode> ciliums = new HashMap<>();

    private final CidrClaims cidrs = new CidrClaims();
    private final Set<String> touched = new LinkedHashSet<>();

    NodeTable(OwnCluster cluster) {
        this.cluster = cluster;
    }

    void upsert(KubeNode node) {
        nodes.put(node.meta().name(), node);
        changed(node.meta().name());
    }

    void upsert(CiliumNode node) {
        ciliums.put(node.meta().name(), new KubeNode(node.meta(), node.addresses(), node.podCidrs()));
        changed(node.meta().name());
    }

    void delete(String name) {
        nodes.remove(name);
        changed(name);
    }

    void deleteCilium(String name) {
        ciliums.remove(name);
        changed(name);
    }

    private void changed(String name) {
        touched.add(name);
        touched.addAll(cidrs.claim(name, find(name).map(KubeNode::podCidrs).orElse(List.of())));
    }

    private Optional<KubeNode> find(String name) {
        KubeNode cilium = ciliums.get(name);
        return Optional.ofNullable(cilium == null ? nodes.get(name) : cilium);
    }

    /**
     * The address under which a node's pods are reached: its IPv4 InternalIP, or the IPv6 one if there is no other, as
     * Cilium chooses it.
     */
    Optional<IpAddress> hostIp(String name) {
        return find(name).map(KubeNode::addresses).orElse(List.of()).stream()
                .filter(address -> address.type().equals(INTERNAL))
                .map(NodeAddress::ip)
                .min(Comparator.comparing((IpAddress ip) -> ip.family() != Family.IPV4));
    }

    /** Looks at every touched node again. */
    void settle(Desired desired) {
        for (String name : touched) {
            settle(name, desired);
        }
        touched.clear();
    }

    private void settle(String name, Desired desired) {
        Optional<byte[]> value = Optional.empty();
        List<Warning> warnings = new ArrayList<>();
        Optional<KubeNode> found = find(name);
        if (found.isPresent()) {
            KubeNode node = found.get();
            String subject = node.key().toString();
            if (hostIp(name).isEmpty()) {
                warnings.add(
                        new Warning(
                                subject,
                                "NoInternalIP",
                                "has no InternalIP, so nobody could reach its pods: neither it nor they are published; add one to status.addresses"));
            } else {
                value = Optional.of(NodeCodec.encode(record(node)));
            }
            cidrs.refused(name)
                    .forEach((cidr, owner) -> warnings.add(new Warning(
                            subject,
                            "OverlappingPodCIDR",
                            "pod CIDR %s overlaps one of Node %s and is left out; give every node blocks of its own"
                                    .formatted(cidr, owner))));
            for (Cidr cidr : node.podCidrs()) {
                if (!cluster.podCidrs().isEmpty()
                        && cluster.podCidrs().stream().noneMatch(all -> all.contains(cidr.base()))) {
                    warnings.add(new Warning(
                            subject,
                            "ForeignPodCIDR",
                            "pod CIDR %s lies in none of the cluster's pod CIDRs %s, so peers may refuse it; correct the node or the cluster's podCidrs"
                                    .formatted(cidr, cluster.podCidrs())));
                }
            }
        }
        desired.set(new Edit(Topic.NODES, Keys.node(cluster.name(), name), value, Optional.empty()));
        desired.warn("Node " + name, warnings);
    }

    private NodeRecord record(KubeNode node) {
        List<NodeAddress> addresses = new ArrayList<>(node.addresses());
        addresses.sort(Comparator.comparing(address -> !address.type().equals(INTERNAL)));
        return new NodeRecord(
                cluster.name(),
                cluster.id(),
                node.meta().name(),
                addresses,
                cidrs.granted(node.meta().name()),
                node.meta().labels());
    }
}
