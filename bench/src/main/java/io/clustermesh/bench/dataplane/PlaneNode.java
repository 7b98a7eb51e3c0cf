package io.clustermesh.bench.dataplane;

import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.nodesync.agent.ServiceKeeper;
import io.clustermesh.nodesync.agent.Source;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.sync.Change;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A node of cluster west: the kernel's tables on a cgroup of the bench's own, kept by node-sync's {@link ServiceKeeper},
 * which runs on the calling thread here.
 */
final class PlaneNode implements AutoCloseable {

    private final Ground ground;
    private final KernelServiceTables tables;
    private final ServiceKeeper keeper;

    private PlaneNode(Ground ground, KernelServiceTables tables) {
        this.ground = ground;
        this.tables = tables;
        this.keeper = new ServiceKeeper(
                new ClusterName("west"), new ClusterId(1), tables, ground.clock(), new HopTrace(ground.clock(), 16));
    }

    /** New tables, attached. */
    static PlaneNode open(Ground ground, Capacity capacity) {
        return new PlaneNode(ground, tables(ground, capacity));
    }

    /** New tables without a keeper. */
    static KernelServiceTables tables(Ground ground, Capacity capacity) {
        ground.premises().cgroup().create();
        KernelServiceTables.uninstall(ground.premises().pins());
        return KernelServiceTables.open(new KernelServiceTables.Config(
                ground.premises().pins(), ground.premises().cgroup().path(), capacity));
    }

    KernelServiceTables tables() {
        return tables;
    }

    /** Takes records and says that these are all; the tables are written when it returns. */
    void install(List<MeshRecords.Entry> records) {
        records.forEach(this::take);
        for (Source source : Source.values()) {
            keeper.take(source, new Change.Synced(new Revision(1)));
        }
        keeper.settle();
        if (!keeper.findings().isEmpty()) {
            throw new io.clustermesh.bench.host.BenchFailed("not installed as asked: "
                    + keeper.findings().entrySet().iterator().next());
        }
    }

    /** One record changes; the tables are written when it returns. */
    void change(MeshRecords.Entry record) {
        take(record);
        keeper.settle();
    }

    private void take(MeshRecords.Entry record) {
        keeper.take(
                record.source(),
                new Change.Upsert(new KeyValue(
                        record.key(),
                        record.json().getBytes(StandardCharsets.UTF_8),
                        new KeyValue.Version(new Revision(1), new Revision(1), 1),
                        0)));
    }

    @Override
    public void close() {
        tables.close();
        KernelServiceTables.uninstall(ground.premises().pins());
    }
}
