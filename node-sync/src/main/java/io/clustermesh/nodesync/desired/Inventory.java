package io.clustermesh.nodesync.desired;

import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
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

    /** @param merge how the records of one service are joined */
    public Inventory(ServiceMerge merge) {
        this.merge = merge;
    }

    /** Takes the own cluster's record; false if it says nothing new. */
    public boolean putLocal(MeshService service) {
        return !service.equals(locals.put(service.name(), service));
    }

    /** Forgets the own cluster's record; false if there was none. */
    public boolean removeLocal(ServiceName name) {
        return locals.remove(name) != null;
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

    /** What this node shall serve under {@code name}: nothing, unless the own cluster has the service. */
    public DesiredService desired(ServiceName name) {
        MeshService local = locals.get(name);
        return local == null ? DesiredService.nothing(name) : merge.merge(local, peers.of(name));
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
