package io.clustermesh.nodesync.agent;

import io.opentelemetry.api.metrics.Meter;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The instruments of node-sync; each reads the agent's last snapshot when somebody scrapes. */
public final class NodeSyncMetrics {

    private final Meter meter;
    private final Supplier<NodeAgent.Snapshot> snapshots;

    private NodeSyncMetrics(Meter meter, Supplier<NodeAgent.Snapshot> snapshots) {
        this.meter = meter;
        this.snapshots = snapshots;
    }

    /** Declares all instruments. */
    public static void register(Meter meter, Supplier<NodeAgent.Snapshot> snapshots) {
        NodeSyncMetrics metrics = new NodeSyncMetrics(meter, snapshots);
        metrics.gauge(
                "clustermesh.nodesync.settled", "1 once the tables are as the mesh says", it -> it.settled() ? 1 : 0);
        metrics.gauge("clustermesh.nodesync.frontends", "Frontends in the service map", NodeAgent.Snapshot::frontends);
        metrics.gauge(
                "clustermesh.nodesync.backends", "Entries of the backend array in use", NodeAgent.Snapshot::backends);
        metrics.gauge(
                "clustermesh.nodesync.table.entries",
                "Entries of the table arena in use",
                NodeAgent.Snapshot::tableEntries);
        metrics.gauge(
                "clustermesh.nodesync.records.refused",
                "Records kept out right now because they are malformed",
                NodeAgent.Snapshot::refusedNow);
        metrics.gauge(
                "clustermesh.nodesync.services.impaired",
                "Services that are not served exactly as asked",
                NodeAgent.Snapshot::findings);
        metrics.counter(
                "clustermesh.nodesync.records.refusals",
                "Malformed records received since the start",
                NodeAgent.Snapshot::refusedTotal);
        metrics.counter(
                "clustermesh.nodesync.services.applied",
                "Services brought to the tables since the start",
                NodeAgent.Snapshot::applies);
    }

    private void gauge(String name, String sentence, ToLongFunction<NodeAgent.Snapshot> value) {
        meter.gaugeBuilder(name)
                .ofLongs()
                .setDescription(sentence)
                .buildWithCallback(it -> it.record(value.applyAsLong(snapshots.get())));
    }

    private void counter(String name, String sentence, ToLongFunction<NodeAgent.Snapshot> value) {
        meter.counterBuilder(name)
                .setDescription(sentence)
                .buildWithCallback(it -> it.record(value.applyAsLong(snapshots.get())));
    }
}
