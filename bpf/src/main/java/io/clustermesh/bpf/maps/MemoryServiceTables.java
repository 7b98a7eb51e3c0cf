package io.clustermesh.bpf.maps;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The tables in memory: for machines without eBPF, where a {@link BackendPicker} chooses in the kernel's place, and for
 * tests. Word for word as the kernel has them, so one word is read and written at once.
 */
public final class MemoryServiceTables implements ServiceTables {

    private final Capacity capacity;
    private final Bounds bounds;
    private final Map<FrontendKey, ServiceEntry> services = new ConcurrentHashMap<>();
    private final AtomicLongArray policies;
    private final AtomicReferenceArray<Optional<BackendEntry>> backends;
    private final AtomicIntegerArray arena;
    private final AtomicIntegerArray clusterDown = new AtomicIntegerArray(CLUSTERS);

    /** Empty tables. */
    public MemoryServiceTables(Capacity capacity) {
        this.capacity = capacity;
        this.bounds = new Bounds(capacity);
        this.policies = new AtomicLongArray(capacity.services());
        this.backends = new AtomicReferenceArray<>(capacity.backends());
        this.arena = new AtomicIntegerArray(capacity.tableEntries());
        for (int i = 0; i < capacity.backends(); i++) {
            backends.setPlain(i, Optional.empty());
        }
    }

    @Override
    public Capacity capacity() {
        return capacity;
    }

    @Override
    public void putService(FrontendKey frontend, ServiceEntry entry) {
        bounds.checkService(entry);
        services.put(MappedAddresses.unmapped(frontend), entry);
    }

    @Override
    public void removeService(FrontendKey frontend) {
        services.remove(MappedAddresses.unmapped(frontend));
    }

    @Override
    public Map<FrontendKey, ServiceEntry> services() {
        return Map.copyOf(services);
    }

    @Override
    public Optional<ServiceEntry> service(FrontendKey frontend) {
        return Optional.ofNullable(services.get(MappedAddresses.unmapped(frontend)));
    }

    @Override
    public void setPolicy(int serviceId, PolicyWord word) {
        bounds.checkServiceId(serviceId);
        policies.setRelease(serviceId, word.bits());
    }

    @Override
    public PolicyWord policy(int serviceId) {
        bounds.checkServiceId(serviceId);
        return new PolicyWord(policies.getAcquire(serviceId));
    }

    @Override
    public void putBackend(int index, BackendEntry backend) {
        bounds.checkBackend(index);
        bounds.checkCluster(backend.clusterId());
        backends.setRelease(index, Optional.of(MappedAddresses.unmapped(backend)));
    }

    @Override
    public void setBackendState(int index, BackendEntry.State state) {
        bounds.checkBackend(index);
        Optional<BackendEntry> changed =
                backends.getAcquire(index).map(now -> new BackendEntry(now.ip(), now.l4(), now.clusterId(), state));
        backends.setRelease(index, changed);
    }

    @Override
    public void removeBackend(int index) {
        bounds.checkBackend(index);
        backends.setRelease(index, Optional.empty());
    }

    @Override
    public Optional<BackendEntry> backend(int index) {
        bounds.checkBackend(index);
        return backends.getAcquire(index);
    }

    @Override
    public void writeTable(int base, int[] indexes) {
        bounds.checkTable(base, indexes.length);
        for (int i = 0; i < indexes.length; i++) {
            arena.setRelease(base + i, indexes[i]);
        }
    }

    @Override
    public int[] readTable(int base, int size) {
        bounds.checkTable(base, size);
        int[] table = new int[size];
        for (int i = 0; i < size; i++) {
            table[i] = arena.getAcquire(base + i);
        }
        return table;
    }

    @Override
    public int tableEntry(int at) {
        bounds.checkTable(at, 1);
        return arena.getAcquire(at);
    }

    @Override
    public void setClusterDown(int clusterId, boolean down) {
        bounds.checkCluster(clusterId);
        clusterDown.setRelease(clusterId, down ? 1 : 0);
    }

    @Override
    public boolean isClusterDown(int clusterId) {
        bounds.checkCluster(clusterId);
        return clusterDown.getAcquire(clusterId) == 1;
    }

    @Override
    public void close() {}
}
