package io.clustermesh.nodesync.audit;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Service tables that note what is written to them. Reads go to the tables themselves; what an earlier agent left counts as
 * written. A write is noted before it is done, so that one that fails half-way is found by the next audit. Owned by one
 * thread, as far as writes and notes go.
 */
public final class WrittenTables implements ServiceTables {

    private final ServiceTables tables;
    private final Map<FrontendKey, ServiceEntry> services;
    private final Map<Integer, PolicyWord> policies = new HashMap<>();
    private final @Nullable BackendEntry[] backends;
    private final Map<Integer, Content> contents = new HashMap<>();
    private final BitSet down = new BitSet(CLUSTERS);
    private Runnable onLoss = () -> {};

    /**
     * What a table of backend indexes is known by.
     *
     * @param size entries
     * @param hash of them in their order
     */
    record Content(int size, long hash) {}

    /** Takes over what {@code tables} hold. */
    public WrittenTables(ServiceTables tables) {
        this.tables = tables;
        this.services = new HashMap<>(tables.services());
        this.backends = new @Nullable BackendEntry[tables.capacity().backends()];
        for (ServiceEntry entry : services.values()) {
            policies.put(entry.serviceId(), tables.policy(entry.serviceId()));
            for (ServiceEntry.Slot slot : entry.slots()) {
                if (slot.tableSize() > 0) {
                    contents.put(slot.tableBase(), content(tables.readTable(slot.tableBase(), slot.tableSize())));
                }
            }
        }
        for (int index = 1; index < backends.length; index++) {
            int number = index;
            tables.backend(index).ifPresent(found -> backends[number] = found);
        }
        for (int cluster = 0; cluster < CLUSTERS; cluster++) {
            down.set(cluster, tables.isClusterDown(cluster));
        }
    }

    /** {@code heard} is told, after the write, of every backend that is taken away; it must not wait. */
    public void onLoss(Runnable heard) {
        onLoss = heard;
    }

    /** FNV-1a over whole entries. */
    static Content content(int[] table) {
        long hash = 0xcbf29ce484222325L;
        for (int index : table) {
            hash = (hash ^ index) * 0x100000001b3L;
        }
        return new Content(table.length, hash);
    }

    Map<FrontendKey, ServiceEntry> writtenServices() {
        return services;
    }

    /** The noted word; empty if none was written, or none of use since its frontend went. */
    Optional<PolicyWord> writtenPolicy(int serviceId) {
        return Optional.ofNullable(policies.get(serviceId));
    }

    Optional<BackendEntry> writtenBackend(int index) {
        return Optional.ofNullable(backends[index]);
    }

    Optional<Content> writtenTable(int base) {
        return Optional.ofNullable(contents.get(base));
    }

    boolean writtenDown(int clusterId) {
        return down.get(clusterId);
    }

    /** Forgets tables that no frontend leads to any more, so that notes don't outgrow the tables. */
    void forgetUnused(Set<Integer> bases) {
        contents.keySet().retainAll(bases);
    }

    @Override
    public Capacity capacity() {
        return tables.capacity();
    }

    @Override
    public void putService(FrontendKey frontend, ServiceEntry entry) {
        services.put(frontend, entry);
        tables.putService(frontend, entry);
    }

    @Override
    public void putServices(Map<FrontendKey, ServiceEntry> entries) {
        services.putAll(entries);
        tables.putServices(entries);
    }

    @Override
    public void removeService(FrontendKey frontend) {
        ServiceEntry gone = services.remove(frontend);
        if (gone != null) {
            policies.remove(gone.serviceId());
        }
        tables.removeService(frontend);
    }

    @Override
    public Map<FrontendKey, ServiceEntry> services() {
        return tables.services();
    }

    @Override
    public Optional<ServiceEntry> service(FrontendKey frontend) {
        return tables.service(frontend);
    }

    @Override
    public void setPolicy(int serviceId, PolicyWord word) {
        policies.put(serviceId, word);
        tables.setPolicy(serviceId, word);
    }

    @Override
    public PolicyWord policy(int serviceId) {
        return tables.policy(serviceId);
    }

    @Override
    public void putBackend(int index, BackendEntry backend) {
        backends[index] = backend;
        tables.putBackend(index, backend);
    }

    @Override
    public void setBackendState(int index, BackendEntry.State state) {
        BackendEntry now = backends[index];
        if (now != null) {
            backends[index] = new BackendEntry(now.ip(), now.l4(), now.clusterId(), state);
        }
        tables.setBackendState(index, state);
        if (state == BackendEntry.State.QUARANTINED) {
            onLoss.run();
        }
    }

    @Override
    public void removeBackend(int index) {
        backends[index] = null;
        tables.removeBackend(index);
        onLoss.run();
    }

    @Override
    public Optional<BackendEntry> backend(int index) {
        return tables.backend(index);
    }

    @Override
    public void writeTable(int base, int[] indexes) {
        contents.put(base, content(indexes));
        tables.writeTable(base, indexes);
    }

    @Override
    public int[] readTable(int base, int size) {
        return tables.readTable(base, size);
    }

    @Override
    public int tableEntry(int at) {
        return tables.tableEntry(at);
    }

    @Override
    public void setClusterDown(int clusterId, boolean isDown) {
        down.set(clusterId, isDown);
        tables.setClusterDown(clusterId, isDown);
        if (isDown) {
            onLoss.run();
        }
    }

    @Override
    public boolean isClusterDown(int clusterId) {
        return tables.isClusterDown(clusterId);
    }

    @Override
    public void close() {
        tables.close();
    }
}
