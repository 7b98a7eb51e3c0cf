package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What belongs to whom in the mesh as we know it: cluster ids, and pod CIDRs by the nodes that use them. Ours come
 * first; among peers the first to say so owns a thing. Thread-safe: all mirrors share it.
 */
final class MeshClaims {

    private final OwnCluster own;
    private final Map<ClusterId, ClusterName> ids = new HashMap<>();
    private final TreeMap<Cidr, Owner> cidrs = new TreeMap<>();
    private final Map<ClusterName, Map<String, List<Cidr>>> nodes = new HashMap<>();

    /** The peer that owns a block, and how many of its nodes say so. */
    private record Owner(ClusterName peer, int nodes) {}

    MeshClaims(OwnCluster own) {
        this.own = own;
    }

    OwnCluster own() {
        return own;
    }

    /** Reserves {@code id} for {@code peer}; tells who has it instead. */
    synchronized Optional<ClusterName> reserve(ClusterName peer, ClusterId id) {
        if (id.equals(own.id())) {
            return Optional.of(own.name());
        }
        ClusterName owner = ids.putIfAbsent(id, peer);
        return owner == null || owner.equals(peer) ? Optional.empty() : Optional.of(owner);
    }

    /** {@code node} of {@code peer} uses {@code wanted} and nothing else; tells what is in the way, claiming nothing. */
    synchronized Optional<String> claim(ClusterName peer, String node, List<Cidr> wanted) {
        releaseNode(peer, node);
        for (Cidr cidr : wanted) {
            Optional<String> obstacle = obstacle(peer, cidr);
            if (obstacle.isPresent()) {
                return obstacle;
            }
        }
        wanted.forEach(cidr -> cidrs.merge(cidr, new Owner(peer, 1), (old, added) -> new Owner(peer, old.nodes() + 1)));
        nodes.computeIfAbsent(peer, p -> new HashMap<>()).put(node, wanted);
        return Optional.empty();
    }

    /** Why {@code peer} may not have a pod at {@code ip}. */
    synchronized Optional<String> obstacle(ClusterName peer, IpAddress ip) {
        return obstacle(peer, new Cidr(ip, ip.family().bits()));
    }

    private Optional<String> obstacle(ClusterName peer, Cidr cidr) {
        for (Cidr ours : own.podCidrs()) {
            if (ours.overlaps(cidr)) {
                return Optional.of(overlap(cidr, ours, "our own cluster " + own.name()));
            }
        }
        for (int length = 0; length <= cidr.length(); length++) {
            Cidr around = block(cidr.base(), length);
            Owner owner = cidrs.get(around);
            if (owner != null && !owner.peer().equals(peer)) {
                return Optional.of(overlap(cidr, around, "peer " + owner.peer()));
            }
        }
        for (Map.Entry<Cidr, Owner> inside : cidrs.tailMap(cidr).entrySet()) {
            if (!cidr.contains(inside.getKey().base())) {
                break;
            }
            if (!inside.getValue().peer().equals(peer)) {
                return Optional.of(overlap(
                        cidr, inside.getKey(), "peer " + inside.getValue().peer()));
            }
        }
        return Optional.empty();
    }

    private static String overlap(Cidr cidr, Cidr other, String owner) {
        return cidr.length() == cidr.base().family().bits()
                ? "%s lies in pod CIDR %s of %s".formatted(cidr.base(), other, owner)
                : "%s overlaps pod CIDR %s of %s".formatted(cidr, other, owner);
    }

    private static Cidr block(IpAddress ip, int length) {
        byte[] bytes = ip.bytes();
        for (int bit = length; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return new Cidr(IpAddress.of(bytes), length);
    }

    synchronized void releaseNode(ClusterName peer, String node) {
        List<Cidr> had = nodes.getOrDefault(peer, Map.of()).get(node);
        if (had == null) {
            return;
        }
        had.forEach(cidr -> cidrs.computeIfPresent(
                cidr, (c, owner) -> owner.nodes() == 1 ? null : new Owner(owner.peer(), owner.nodes() - 1)));
        nodes.getOrDefault(peer, new HashMap<>()).remove(node);
    }

    /** {@code peer} is gone, and so is all that it claimed. */
    synchronized void release(ClusterName peer) {
        ids.values().removeIf(peer::equals);
        cidrs.values().removeIf(owner -> owner.peer().equals(peer));
        nodes.remove(peer);
    }
}
