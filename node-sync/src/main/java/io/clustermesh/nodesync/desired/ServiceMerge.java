package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Joins the own cluster's Service with what the peers export under the same name. Pure.
 *
 * <p>Rules (Cilium's, where it has one):
 *
 * <ul>
 *   <li>frontends, ports and affinity are the own cluster's; peers contribute backends only;
 *   <li>a frontend takes the backends whose port has its port's name and protocol; an unnamed port takes the only port
 *       of a backend that has one;
 *   <li>an address (IP, protocol, port) counts once: the own cluster's wins, then the cluster with the lower id, so no
 *       peer can speak for a local pod;
 *   <li>a frontend of one family takes backends of that family.
 * </ul>
 */
public final class ServiceMerge {

    private final ClusterName ownCluster;
    private final ClusterId ownId;

    /**
     * @param ownCluster this node's cluster
     * @param ownId its id
     */
    public ServiceMerge(ClusterName ownCluster, ClusterId ownId) {
        this.ownCluster = ownCluster;
        this.ownId = ownId;
    }

    /** The service that {@code local} and {@code remotes} make together. */
    public DesiredService merge(MeshService local, Collection<PeerService> remotes) {
        List<Finding> findings = new ArrayList<>();
        List<PeerService> peers = admit(local, remotes, findings);
        Map<FrontendKey, DesiredFrontend> frontends = new TreeMap<>();
        for (MeshService.Port port : local.ports()) {
            if (port.l4().protocol() == Protocol.SCTP) {
                findings.add(new Finding(
                        Finding.Kind.SCTP,
                        "service %s port %s: the socket hooks translate TCP and UDP only; SCTP stays with the cluster's own proxy"
                                .formatted(local.name(), port.l4())));
                continue;
            }
            for (IpAddress ip : local.frontends()) {
                FrontendKey key = new FrontendKey(ip, port.l4());
                frontends.putIfAbsent(key, frontend(key, port.name(), local, peers));
            }
        }
        return new DesiredService(local.name(), List.copyOf(frontends.values()), findings);
    }

    /** The peers whose backends may be used, by id: no two with one id, and no more than there are slots. */
    private List<PeerService> admit(MeshService local, Collection<PeerService> remotes, List<Finding> findings) {
        Map<ClusterId, PeerService> byId = new TreeMap<>();
        for (PeerService remote : remotes.stream()
                .sorted(Comparator.comparing(PeerService::cluster))
                .toList()) {
            PeerService first = byId.get(remote.clusterId());
            boolean own = remote.clusterId().equals(ownId);
            if (own || first != null) {
                findings.add(new Finding(
                        Finding.Kind.CLUSTER_ID_CLASH,
                        "service %s: cluster %s says it has id %s, which is %s's; its backends are left out until it has an id of its own"
                                .formatted(
                                        local.name(),
                                        remote.cluster(),
                                        remote.clusterId(),
                                        own || first == null ? ownCluster : first.cluster())));
            } else {
                byId.put(remote.clusterId(), remote);
            }
        }
        List<PeerService> peers = new ArrayList<>(byId.values());
        int room = ServiceEntry.MAX_SLOTS - 1;
        if (peers.size() > room) {
            List<PeerService> out = peers.subList(room, peers.size());
            findings.add(new Finding(
                    Finding.Kind.TOO_MANY_CLUSTERS,
                    "service %s: a service holds backends of %d clusters; left out: %s"
                            .formatted(
                                    local.name(),
                                    ServiceEntry.MAX_SLOTS,
                                    out.stream().map(PeerService::cluster).toList())));
            out.clear();
        }
        return peers;
    }

    private DesiredFrontend frontend(FrontendKey key, String portName, MeshService local, List<PeerService> peers) {
        Set<Address> seen = new HashSet<>();
        List<DesiredSlot> slots = new ArrayList<>();
        TreeMap<Address, BackendEntry.State> own = new TreeMap<>();
        for (MeshService.Backend backend : local.backends()) {
            match(key, portName, backend.ip(), backend.ports())
                    .ifPresent(address -> own.merge(address, state(backend.state()), ServiceMerge::better));
        }
        seen.addAll(own.keySet());
        add(slots, new DesiredSlot(ownCluster, ownId, true, backends(own)));
        for (PeerService peer : peers) {
            TreeMap<Address, BackendEntry.State> theirs = new TreeMap<>();
            peer.backends()
                    .forEach((ip, backend) -> match(key, portName, ip, backend.ports())
                            .filter(seen::add)
                            .ifPresent(address -> theirs.put(address, backend.state())));
            add(slots, new DesiredSlot(peer.cluster(), peer.clusterId(), false, backends(theirs)));
        }
        return new DesiredFrontend(key, local.policy().affinity(), slots);
    }

    private static void add(List<DesiredSlot> slots, DesiredSlot slot) {
        if (!slot.backends().isEmpty()) {
            slots.add(slot);
        }
    }

    private static Optional<Address> match(FrontendKey key, String portName, IpAddress ip, Map<String, L4> ports) {
        if (ip.family() != key.ip().family()) {
            return Optional.empty();
        }
        L4 l4 = ports.get(portName);
        if (l4 == null && portName.isEmpty() && ports.size() == 1) {
            l4 = ports.values().iterator().next();
        }
        return l4 != null && l4.protocol() == key.l4().protocol() ? Optional.of(new Address(ip, l4)) : Optional.empty();
    }

    private static List<DesiredBackend> backends(Map<Address, BackendEntry.State> states) {
        return states.entrySet().stream()
                .map(entry -> entry.getKey().as(entry.getValue()))
                .toList();
    }

    private static BackendEntry.State state(MeshService.State state) {
        return switch (state) {
            case ACTIVE -> BackendEntry.State.ACTIVE;
            case TERMINATING -> BackendEntry.State.TERMINATING;
        };
    }

    private static BackendEntry.State better(BackendEntry.State one, BackendEntry.State other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private record Address(IpAddress ip, L4 l4) implements Comparable<Address> {

        DesiredBackend as(BackendEntry.State state) {
            return new DesiredBackend(ip, l4, state);
        }

        @Override
        public int compareTo(Address other) {
            int byIp = ip.compareTo(other.ip);
            return byIp != 0 ? byIp : l4.compareTo(other.l4);
        }
    }
}
