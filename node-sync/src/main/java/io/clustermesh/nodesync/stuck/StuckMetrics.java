package io.clustermesh.nodesync.stuck;

import io.opentelemetry.api.metrics.Meter;
import java.util.function.Supplier;

/** The instruments of what is done about sockets on dead backends. */
public final class StuckMetrics {

    private StuckMetrics() {}

    /** Declares all instruments. */
    public static void register(Meter meter, Supplier<StuckReport> reports) {
        meter.counterBuilder("clustermesh.nodesync.sockets.ended")
                .setDescription("Sockets that were ended because their backend is gone")
                .buildWithCallback(it -> it.record(reports.get().ended()));
        meter.counterBuilder("clustermesh.nodesync.sockets.refused")
                .setDescription("Sockets on lost backends that the kernel would not end")
                .buildWithCallback(it -> it.record(reports.get().refused()));
        meter.counterBuilder("clustermesh.nodesync.sockets.looks")
                .setDescription("How often all translated sockets were looked at")
                .buildWithCallback(it -> it.record(reports.get().rounds()));
    }
}
