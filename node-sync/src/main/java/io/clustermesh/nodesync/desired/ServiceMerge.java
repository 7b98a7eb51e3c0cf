package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.Protocol;
import io.clustermesh.nodesync.select.Selection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
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
 *   <li>a frontend of one family takes backends of that family;
 *   <li>{@code internalTrafficPolicy: Local} leaves the own node's backends only, and no peers; nearness is a preference:
 *       a cluster with near backends is asked first, for those, and one without them afterwards;
 *   <li>a cluster IP is no backend.
 * </ul>
 */
public final class ServiceMerge {

    /** Off by more than this, as a part of all connections, is worth a word. */
    private static final double TOLERATED = 0.01;

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

    /** The service that {@code local} and {@code remotes} make together, wherever it is served. */
    public DesiredService merge(MeshService local, Collection<PeerService> remotes) {
        return merge(local, remotes, Surroundings.NONE);
    }

    /** The service that {@code local} and {@code remotes} make together. */
    public DesiredService merge(MeshService local, Collection<PeerService> remotes, Surroundings around) {
        Set<Finding> findings = new LinkedHashSet<>();
        Map<FrontendKey, String> portNames = portNames(local, around, findings);
        List<PeerService> peers = portNames.isEmpty() ? List.of() : admit(local, remotes, findings);
        List<DesiredFrontend> frontends = new ArrayList<>();
        portNames.forEach((key, portName) -> {
            FrontendMerge merge = new FrontendMerge(local, key, portName, around);
            DesiredFrontend frontend = merge.merge(ownId, peers);
            frontends.add(frontend);
            if (!merge.clusterIpsAmongBackends().isEmpty()) {
                findings.add(new Finding(
                        Finding.Kind.BACKEND_IS_VIP,
                        "service %s: backends %s are cluster IPs of services and are left out, a connection there would not be translated again; give the service the pods' addresses"
                                .formatted(
                                        local.name(),
                                        merge.clusterIpsAmongBackends().stream()
                                                .limit(5)
                                                .toList())));
            }
            rounded(local, frontend).ifPresent(findings::add);
        });
        return new DesiredService(local.name(), frontends, List.copyOf(findings));
    }

    /** Every frontend with its port's name: cluster IPs and external ones, and node ports on this node's addresses. */
    private static Map<FrontendKey, String> portNames(MeshService local, Surroundings around, Set<Finding> findings) {
        Map<FrontendKey, String> frontends = new TreeMap<>();
        for (MeshService.Port port : local.ports()) {
            if (port.l4().protocol() == Protocol.SCTP) {
                if (!local.addresses().all().isEmpty()) {
                    findings.add(new Finding(
                            Finding.Kind.SCTP,
                            "service %s port %s: the socket hooks translate TCP and UDP only; SCTP stays with the cluster's own proxy"
                                    .formatted(local.name(), port.l4())));
                }
                continue;
            }
            for (IpAddress ip : local.addresses().all()) {
                frontends.putIfAbsent(new FrontendKey(ip, port.l4()), port.name());
            }
            if (port.nodePort() > 0) {
                L4 nodePort = new L4(port.l4().protocol(), port.nodePort());
                for (IpAddress ip : around.here().addresses()) {
                    if (local.addresses().clusterIps().stream().anyMatch(own -> own.family() == ip.family())) {
                        frontends.putIfAbsent(new FrontendKey(ip, nodePort), port.name());
                    }
                }
            }
        }
        return frontends;
    }

    private static Optional<Finding> rounded(MeshService local, DesiredFrontend frontend) {
        if (frontend.balancing().weights().isEmpty()) {
            return Optional.empty();
        }
        double error = Selection.roundingError(
                frontend.affinity(),
                frontend.balancing(),
                frontend.slots().stream().map(DesiredSlot::demand).toList(),
                ServiceEntry.MAX_SLOTS);
        return error <= TOLERATED
                ? Optional.empty()
                : Optional.of(new Finding(
                        Finding.Kind.WEIGHTS_ROUNDED,
                        "service %s: weights %s become whole numbers from 1 to 63, which puts a share off by %.1f percentage points; use weights that are closer to each other"
                                .formatted(local.name(), frontend.balancing().weights(), 100 * error)));
    }

    /** The peers whose backends may be used, by id: no two with one id, and no more than there are slots. */
    private List<PeerService> admit(MeshService local, Collection<PeerService> remotes, Set<Finding> findings) {
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
}
