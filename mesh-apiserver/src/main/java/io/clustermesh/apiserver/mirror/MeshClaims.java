package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What belongs to whom in the mesh as we know it: cluster ids, and pod CIDRs by the nodes that use them. Ours come
 * first; among peers the first to say so owns a thing. Thread-safe: all mirrors share it.
 *
 * <p>Peers that another replica mirrors are known by what it wrote to our kvstore, which we observe. Two replicas may
 * admit the same thing for two peers at once; then the peer whose name sorts first keeps it, and the replica of the
 * other one finds its peer {@linkplain #takeContested contested} and judges it again.
 */
final class MeshClaims {

    private final OwnCluster own;
    private final Map<ClusterId, ClusterName> ids = new HashMap<>();
    private final TreeMap<Cidr, Owner> cidrs = new TreeMap<>();
    private final TreeMap<Integer, Integer> lengths = new TreeMap<>();
    private final Map<ClusterName, Map<String, Claim>> nodes = new HashMap<>();
    private final Set<ClusterName> mirroredHere = new HashSet<>();
    private final Set<ClusterName> contested = new HashSet<>();
    private long releases;

    /** The peer that owns a block, and how many of its nodes say so. */
    private record Owner(ClusterName peer, int nodes) {}

    /** A block in the way, and whose it is. */
    private record Conflict(Cidr block, ClusterName owner) {}

    /**
     * @param observed known from our kvstore only
     */
    private record Claim(List<Cidr> cidrs, boolean observed) {}

    MeshClaims(OwnCluster own) {
        this.own = own;
    }

    OwnCluster own() {
        return own;
    }

    /** From now on this replica mirrors {@code peer}, or doesn't any more; what it claimed stays its own. */
    synchronized void mirroredHere(ClusterName peer, boolean here) {
        if (here) {
            mirroredHere.add(peer);
        } else {
            mirroredHere.remove(peer);
        }
        contested.remove(peer);
    }

    /** Reserves {@code id} for {@code peer}; tells who has it instead. */
    synchronized Optional<ClusterName> reserve(ClusterName peer, ClusterId id) {
        if (id.equals(own.id())) {
            return Optional.of(own.name());
        }
        ClusterName owner = ids.get(id);
        if (owner != null && !owner.equals(peer)) {
            return Optional.of(owner);
        }
        ids.values().removeIf(peer::equals);
        ids.put(id, peer);
        return Optional.empty();
    }

    /** Another replica's mirror wrote that {@code peer} has {@code id}. */
    synchronized void observeId(ClusterName peer, ClusterId id) {
        if (mirroredHere.contains(peer)) {
            return;
        }
        ClusterName owner = ids.get(id);
        if (owner == null || owner.equals(peer) || losesTo(owner, peer)) {
            ids.values().removeIf(peer::equals);
            ids.put(id, peer);
        }
    }

    private boolean losesTo(ClusterName owner, ClusterName other) {
        boolean loses = mirroredHere.contains(owner) && owner.value().compareTo(other.value()) > 0;
        if (loses) {
            contested.add(owner);
        }
        return loses;
    }

    /** Another replica's mirror wrote that a node of {@code peer} uses {@code blocks}. */
    synchronized void observeNode(ClusterName peer, String node, List<Cidr> blocks) {
        if (mirroredHere.contains(peer)) {
            return;
        }
        releaseNode(peer, node);
        List<Cidr> kept = new ArrayList<>();
        for (Cidr block : blocks) {
            if (givesWay(peer, block)) {
                kept.add(block);
            }
        }
        put(peer, node, new Claim(List.copyOf(kept), true));
    }

    private boolean givesWay(ClusterName peer, Cidr block) {
        for (Optional<Conflict> other = conflict(peer, block); other.isPresent(); other = conflict(peer, block)) {
            Cidr taken = other.get().block();
            ClusterName owner = other.get().owner();
            if (!losesTo(owner, peer)) {
                return false;
            }
            List.copyOf(nodes.getOrDefault(owner, Map.of()).entrySet()).stream()
                    .filter(node -> node.getValue().cidrs().contains(taken))
                    .forEach(node -> releaseNode(owner, node.getKey()));
        }
        return true;
    }

    /** The node's entry left our kvstore. */
    synchronized void forgetNode(ClusterName peer, String node) {
        Claim claim = nodes.getOrDefault(peer, Map.of()).get(node);
        if (claim != null && (claim.observed() || !mirroredHere.contains(peer))) {
            releaseNode(peer, node);
        }
    }

    /** True once after a peer of ours lost something to a peer of another replica: all its entries must be judged again. */
    synchronized boolean takeContested(ClusterName peer) {
        return contested.remove(peer);
    }

    /** Counts what was released: what was refused before may be admissible now. */
    synchronized long releases() {
        return releases;
    }

    /** {@code node} of {@code peer} uses {@code wanted} and nothing else; tells what is in the way, claiming nothing. */
    synchronized Optional<String> claim(ClusterName peer, String node, List<Cidr> wanted) {
        Claim before = nodes.getOrDefault(peer, Map.of()).get(node);
        if (before != null && !before.observed() && before.cidrs().equals(wanted)) {
            return Optional.empty();
        }
        releaseNode(peer, node);
        for (Cidr cidr : wanted) {
            Optional<String> obstacle = obstacle(peer, cidr);
            if (obstacle.isPresent()) {
                return obstacle;
            }
        }
        put(peer, node, new Claim(wanted, false));
        return Optional.empty();
    }

    private void put(ClusterName peer, String node, Claim claim) {
        for (Cidr cidr : claim.cidrs()) {
            Owner before = cidrs.get(cidr);
            int others = before != null && before.peer().equals(peer) ? before.nodes() : 0;
            cidrs.put(cidr, new Owner(peer, others + 1));
            if (before == null) {
                lengths.merge(cidr.length(), 1, Integer::sum);
            }
        }
        nodes.computeIfAbsent(peer, p -> new HashMap<>()).put(node, claim);
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
        return conflict(peer, cidr).map(other -> overlap(cidr, other.block(), "peer " + other.owner()));
    }

    /** The block of another peer that overlaps {@code cidr}. */
    private Optional<Conflict> conflict(ClusterName peer, Cidr cidr) {
        for (int length : lengths.headMap(cidr.length(), true).keySet()) {
            Cidr around = new Cidr(cidr.base().masked(length), length);
            Owner owner = cidrs.get(around);
            if (owner != null && !owner.peer().equals(peer)) {
                return Optional.of(new Conflict(around, owner.peer()));
            }
        }
        if (cidr.length() == cidr.base().family().bits()) {
            return Optional.empty();
        }
        for (Map.Entry<Cidr, Owner> inside : cidrs.tailMap(cidr).entrySet()) {
            if (!cidr.contains(inside.getKey().base())) {
                break;
            }
            if (!inside.getValue().peer().equals(peer)) {
                return Optional.of(
                        new Conflict(inside.getKey(), inside.getValue().peer()));
            }
        }
        return Optional.empty();
    }

    private static String overlap(Cidr cidr, Cidr other, String owner) {
        return cidr.length() == cidr.base().family().bits()
                ? "%s lies in pod CIDR %s of %s".formatted(cidr.base(), other, owner)
                : "%s overlaps pod CIDR %s of %s".formatted(cidr, other, owner);
    }

    synchronized void releaseNode(ClusterName peer, String node) {
        Map<String, Claim> claims = nodes.get(peer);
        Claim had = claims == null ? null : claims.remove(node);
        if (had == null) {
            return;
        }
        for (Cidr cidr : had.cidrs()) {
            Owner owner = cidrs.get(cidr);
            if (owner == null || !owner.peer().equals(peer)) {
                continue; // lost to another peer meanwhile
            }
            if (owner.nodes() == 1) {
                drop(cidr);
            } else {
                cidrs.put(cidr, new Owner(peer, owner.nodes() - 1));
            }
        }
    }

    private void drop(Cidr cidr) {
        cidrs.remove(cidr);
        releases++;
        lengths.computeIfPresent(cidr.length(), (length, count) -> count == 1 ? null : count - 1);
    }

    /** {@code peer} is gone, and so is all that it claimed. */
    synchronized void release(ClusterName peer) {
        ids.values().removeIf(peer::equals);
        List<String> names = List.copyOf(nodes.getOrDefault(peer, Map.of()).keySet());
        names.forEach(node -> releaseNode(peer, node));
        nodes.remove(peer);
        releases++;
    }

    /** The config of {@code peer} left our kvstore. */
    synchronized void forgetId(ClusterName peer) {
        if (!mirroredHere.contains(peer)) {
            ids.values().removeIf(peer::equals);
            releases++;
        }
    }

    /** Whether {@code id} is still reserved for {@code peer}. */
    synchronized boolean holds(ClusterName peer, ClusterId id) {
        return peer.equals(ids.get(id));
    }
}
