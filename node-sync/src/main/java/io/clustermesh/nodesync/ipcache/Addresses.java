package io.clustermesh.nodesync.ipcache;

import io.clustermesh.bpf.maps.IpcacheEntry;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.NumericIdentity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the clusters say of addresses, and which of them counts: the own cluster's word before a peer's, then the peer's
 * whose name comes first, so that every node decides alike while an address moves. No I/O; owned by one thread.
 */
final class Addresses {

    private final ClusterName own;
    private final Map<Cidr, Claim> claims = new HashMap<>();
    private final Map<ClusterName, ClusterId> ids = new HashMap<>();
    private final Set<Cidr> touched = new HashSet<>();

    /** One cluster's word on an address, and the next one's; nearly always there is one only. */
    private record Claim(
            ClusterName cluster,
            NumericIdentity identity,
            @Nullable Claim next) {}

    Addresses(ClusterName own, ClusterId ownId) {
        this.own = own;
        ids.put(own, ownId);
    }

    /** {@code cluster} says that {@code identity} is behind {@code prefix}. */
    void put(ClusterName cluster, Cidr prefix, NumericIdentity identity) {
        claims.put(prefix, with(without(claims.get(prefix), cluster), cluster, identity));
        touched.add(prefix);
    }

    /** {@code cluster} says nothing of {@code prefix} any more. */
    void remove(ClusterName cluster, Cidr prefix) {
        Claim left = without(claims.get(prefix), cluster);
        if (left == null) {
            claims.remove(prefix);
        } else {
            claims.put(prefix, left);
        }
        touched.add(prefix);
    }

    /** The id of a peer, by its config; its addresses are looked at again if that is news. */
    void identify(ClusterName cluster, Optional<ClusterId> id) {
        if (cluster.equals(own) || id.equals(Optional.ofNullable(ids.get(cluster)))) {
            return;
        }
        id.ifPresentOrElse(known -> ids.put(cluster, known), () -> ids.remove(cluster));
        claims.forEach((prefix, claim) -> {
            if (claim.cluster().equals(cluster)) {
                touched.add(prefix);
            }
        });
    }

    private @Nullable Claim with(@Nullable Claim list, ClusterName cluster, NumericIdentity identity) {
        if (list == null || before(cluster, list.cluster())) {
            return new Claim(cluster, identity, list);
        }
        return new Claim(list.cluster(), list.identity(), with(list.next(), cluster, identity));
    }

    private static @Nullable Claim without(@Nullable Claim list, ClusterName cluster) {
        if (list == null) {
            return null;
        }
        return list.cluster().equals(cluster)
                ? list.next()
                : new Claim(list.cluster(), list.identity(), without(list.next(), cluster));
    }

    private boolean before(ClusterName one, ClusterName other) {
        return !other.equals(own) && (one.equals(own) || one.compareTo(other) < 0);
    }

    /** What should be in the map at {@code prefix}; cluster 0 while a peer's id is not known. */
    Optional<IpcacheEntry> at(Cidr prefix) {
        Claim claim = claims.get(prefix);
        if (claim == null) {
            return Optional.empty();
        }
        ClusterId id = ids.get(claim.cluster());
        return Optional.of(new IpcacheEntry(claim.identity(), id == null ? 0 : id.value()));
    }

    /** Prefixes that may differ from the map, until they are {@linkplain #settled settled}. */
    Set<Cidr> touched() {
        return touched;
    }

    void touch(Set<Cidr> prefixes) {
        touched.addAll(prefixes);
    }

    void settled(Set<Cidr> prefixes) {
        touched.removeAll(prefixes);
    }

    /** Every prefix that somebody speaks of. */
    Set<Cidr> prefixes() {
        return claims.keySet();
    }

    int size() {
        return claims.size();
    }
}
