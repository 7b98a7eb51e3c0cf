package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Tables that note every write and let a test look at the tables after each. */
final class ObservedTables implements ServiceTables {

    private final ServiceTables tables;
    final List<String> writes = new ArrayList<>();
    Consumer<String> afterEach = write -> {};
    boolean failing;

    ObservedTables(ServiceTables tables) {
        this.tables = tables;
    }

    private void write(String what, Runnable write) {
        if (failing) {
            throw new IllegalStateException("no space left");
        }
        write.run();
        writes.add(what);
        afterEach.accept(what);
    }

    @Override
    public Capacity capacity() {
        return tables.capacity();
    }

    @Override
    public void putService(FrontendKey frontend, ServiceEntry entry) {
        write("putService", () -> tables.putService(frontend, entry));
    }

    @Override
    public void removeService(FrontendKey frontend) {
        write("removeService", () -> tables.removeService(frontend));
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
        write("setPolicy", () -> tables.setPolicy(serviceId, word));
    }

    @Override
    public PolicyWord policy(int serviceId) {
        return tables.policy(serviceId);
    }

    @Override
    public void putBackend(int index, BackendEntry backend) {
        write("putBackend", () -> tables.putBackend(index, backend));
    }

    @Override
    public void setBackendState(int index, BackendEntry.State state) {
        write("setBackendState", () -> tables.setBackendState(index, state));
    }

    @Override
    public void removeBackend(int index) {
        write("removeBackend", () -> tables.removeBackend(index));
    }

    @Override
    public Optional<BackendEntry> backend(int index) {
        return tables.backend(index);
    }

    @Override
    public void writeTable(int base, int[] indexes) {
        write("writeTable", () -> tables.writeTable(base, indexes));
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
    public void setClusterDown(int clusterId, boolean down) {
        write("setClusterDown", () -> tables.setClusterDown(clusterId, down));
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
