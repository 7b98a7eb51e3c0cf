package io.clustermesh.nodesync.desired;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The last good record of every service in every cluster. Owned by the agent's thread.
 *
 * <p>Each change tells whether it changed anything, so that a repeated listing costs nothing further on.
 */
public final class Inventory {

    private static final class Sources {
        private @Nullable MeshService local;
        private final Map<ClusterName, ServiceRecord> remotes = new TreeMap<>();

        boolean empty() {
            return local == null && remotes.isEmpty();
        }
    }

    private final ServiceMerge merge;
    private final Map<ServiceName, Sources> services = new TreeMap<>();

    /** @param merge how the records of one service are joined */
    public Inventory(ServiceMerge merge) {
        this.merge = merge;
    }

    /** Takes the own cluster's record; false if it says nothing new. */
    public boolean putLocal(MeshService service) {
        Sources sources = services.computeIfAbsent(service.name(), name -> new Sources());
        boolean changed = !service.equals(sources.local);
        sources.local = service;
        return changed;
    }

    /** Forgets the own cluster's record; false if there was none. */
    public boolean removeLocal(ServiceName name) {
        Sources sources = services.get(name);
        if (sources == null || sources.local == null) {
            return false;
        }
        sources.local = null;
        dropIfEmpty(name, sources);
        return true;
    }

    /** Takes a peer's record; false if it says nothing new. */
    public boolean putRemote(ServiceRecord service) {
        Sources sources = services.computeIfAbsent(service.name(), name -> new Sources());
        return !service.equals(sources.remotes.put(service.cluster(), service));
    }

    /** Forgets a peer's record; false if there was none. */
    public boolean removeRemote(ClusterName cluster, ServiceName name) {
        Sources sources = services.get(name);
        if (sources == null || sources.remotes.remove(cluster) == null) {
            return false;
        }
        dropIfEmpty(name, sources);
        return true;
    }

    /** What this node shall serve under {@code name}: nothing, unless the own cluster has the service. */
    public DesiredService desired(ServiceName name) {
        Sources sources = services.get(name);
        return sources == null || sources.local == null
                ? DesiredService.nothing(name)
                : merge.merge(sources.local, sources.remotes.values());
    }

    /** Every service of which any cluster has a record. */
    public Set<ServiceName> names() {
        return new TreeSet<>(services.keySet());
    }

    /** Whether no cluster has a record of that name. */
    public boolean unknown(ServiceName name) {
        return !services.containsKey(name);
    }

    /** How many records there are: {@code own} services of this cluster, {@code remote} ones of peers. */
    public record Counts(int own, int remote) {}

    /** Counts the records. */
    public Counts counts() {
        int own = 0;
        int remote = 0;
        for (Sources sources : services.values()) {
            own += sources.local == null ? 0 : 1;
            remote += sources.remotes.size();
        }
        return new Counts(own, remote);
    }

    private void dropIfEmpty(ServiceName name, Sources sources) {
        if (sources.empty()) {
            services.remove(name);
        }
    }
}
