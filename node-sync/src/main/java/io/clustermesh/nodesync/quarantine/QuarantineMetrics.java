package io.clustermesh.nodesync.quarantine;

import io.opentelemetry.api.metrics.Meter;
import java.util.function.Supplier;

/** The instruments of the quarantine; each reads its last report when somebody scrapes. */
public final class QuarantineMetrics {

    private QuarantineMetrics() {}

    /** Declares all instruments. */
    public static void register(Meter meter, Supplier<QuarantineReport> reports) {
        meter.gaugeBuilder("clustermesh.nodesync.quarantine.backends")
                .ofLongs()
                .setDescription("Backends that get no new connections because they don't answer")
                .buildWithCallback(it -> it.record(reports.get().backends().size()));
        meter.gaugeBuilder("clustermesh.nodesync.quarantine.clusters")
                .ofLongs()
                .setDescription("Peers that are marked down because none of their backends answers")
                .buildWithCallback(it -> it.record(reports.get().clusters().size()));
        meter.counterBuilder("clustermesh.nodesync.connect.failures")
                .setDescription("Connects through frontends that came to nothing, as the data path told")
                .buildWithCallback(it -> it.record(reports.get().failures()));
        meter.counterBuilder("clustermesh.nodesync.probes")
                .setDescription("Probes of backends that came to their end")
                .buildWithCallback(it -> it.record(reports.get().probes()));
    }
}
