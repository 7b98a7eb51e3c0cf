package io.clustermesh.nodesync.desired;

import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The last good record of every service in every cluster. Owned by the agent's thread.
 *
 * <p>Each change tells whether it changed anything, so that a repeated listing costs nothing further on.
 */
public final class Inventory {

    private final ServiceMerge merge;
    private final Map<ServiceName, MeshService> locals = new TreeMap<>();
    private final PeerRecords peers = new PeerRecords();
    private final Map<IpAddress, Integer> clusterIps = new HashMap<>();
    private final Set<IpAddress> changedClusterIps = new HashSet<>();
    private final Map<Drain.Target, Integer> drains = new TreeMap<>();
    private Surroundings around = new Surroundings(Surroundings.Here.UNKNOWN, Map.of(), clusterIps::containsKey);

    /** @param merge how the records of one service are joined */
    public Inventory(ServiceMerge merge) {
        this.merge = merge;
    }

    /** Takes the own cluster's record; false if it says nothing new. */
    public boolean putLocal(MeshService service) {
        MeshService before = locals.put(service.name(), service);
        count(service.frontends(), 1);
        if (before != null) {
            count(before.frontends(), -1);
        }
        return !service.equals(before);
    }

    /** Forgets the own cluster's record; false if there was none. */
    public boolean removeLocal(ServiceName name) {
        MeshService before = locals.remove(name);
        if (before != null) {
            count(before.frontends(), -1);
        }
        return before != null;
    }

    /** Takes a peer's legacy record; false if it says nothing new, or the peer's slices count instead. */
    public boolean putRemote(ServiceRecord service) {
        return peers.put(service);
    }

    /** Forgets a peer's legacy record; false if there was none, or the peer's slices count instead. */
    public boolean removeRemote(ClusterName cluster, ServiceName name) {
        return peers.remove(cluster, name);
    }

    /** Takes a peer's slice; the services that change. */
    public Set<ServiceName> putSlice(ClusterEndpointSlice slice) {
        return peers.put(slice);
    }

    /** Forgets a peer's slice; the services that change. */
    public Set<ServiceName> removeSlice(ClusterName cluster, String namespace, String slice) {
        return peers.removeSlice(cluster, namespace, slice);
    }

    /** A peer says whether it exports slices; the services that change. */
    public Set<ServiceName> exportsSlices(ClusterName cluster, boolean slices) {
        return peers.exportsSlices(cluster, slices);
    }

    /** What is left of the share of a cluster or a node, 100 for all; the services that change. */
    public Set<ServiceName> drain(Drain.Target target, int keepPercent) {
        Integer before = keepPercent == 100 ? drains.remove(target) : drains.put(target, keepPercent);
        if (keepPercent == (before == null ? 100 : before)) {
            return Set.of();
        }
        around = new Surroundings(around.here(), drains, clusterIps::containsKey);
        return Set.copyOf(locals.keySet());
    }

    /** What is being drained, with what is left in percent. */
    public Map<Drain.Target, Integer> drains() {
        return around.drains();
    }

    /** Where we are; the services that change. */
    public Set<ServiceName> here(Surroundings.Here here) {
        if (here.equals(around.here())) {
            return Set.of();
        }
        around = new Surroundings(here, drains, clusterIps::containsKey);
        return Set.copyOf(locals.keySet());
    }

    /** The services with a backend at an address that has become, or is no more, a cluster IP since the last call. */
    public Set<ServiceName> changedByClusterIps() {
        if (changedClusterIps.isEmpty()) {
            return Set.of();
        }
        Set<ServiceName> names = new TreeSet<>(peers.namesWith(changedClusterIps));
        locals.forEach((name, service) -> {
            if (service.backends().stream().anyMatch(backend -> changedClusterIps.contains(backend.ip()))) {
                names.add(name);
            }
        });
        changedClusterIps.clear();
        return names;
    }

    private void count(List<IpAddress> ips, int by) {
        for (IpAddress ip : ips) {
            int before = clusterIps.getOrDefault(ip, 0);
            int now = before + by;
            if (now == 0) {
                clusterIps.remove(ip);
            } else {
                clusterIps.put(ip, now);
            }
            if ((before == 0) != (now == 0)) {
                changedClusterIps.add(ip);
            }
        }
    }

    /** What this node shall serve under {@code name}: nothing, unless the own cluster has the service. */
    public DesiredService desired(ServiceName name) {
        MeshService local = locals.get(name);
        return local == null ? DesiredService.nothing(name) : merge.merge(local, peers.of(name), around);
    }

    /** Every service of which any cluster has a record. */
    public Set<ServiceName> names() {
        Set<ServiceName> names = new TreeSet<>(locals.keySet());
        names.addAll(peers.names());
        return names;
    }

    /** Whether no cluster has a record of that name. */
    public boolean unknown(ServiceName name) {
        return !locals.containsKey(name) && !peers.names().contains(name);
    }

    /** How many services there are: {@code own} ones of this cluster, {@code remote} ones of peers. */
    public record Counts(int own, int remote) {}

    /** Counts the services. */
    public Counts counts() {
        return new Counts(locals.size(), peers.count());
    }
}
