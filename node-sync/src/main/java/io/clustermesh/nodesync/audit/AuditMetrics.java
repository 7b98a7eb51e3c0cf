package io.clustermesh.nodesync.audit;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.function.Supplier;

/** The instruments of the audit; each reads its last report when somebody scrapes. */
public final class AuditMetrics {

    private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");

    private AuditMetrics() {}

    /** Declares all instruments. */
    public static void register(Meter meter, Supplier<AuditReport> reports) {
        meter.counterBuilder("clustermesh.nodesync.audit.drift")
                .setDescription("Entries of the tables that were not as written, and were repaired")
                .buildWithCallback(it -> {
                    AuditReport report = reports.get();
                    for (Drift kind : Drift.values()) {
                        it.record(report.drift().getOrDefault(kind, 0L), Attributes.of(KIND, kind.name()));
                    }
                });
        meter.counterBuilder("clustermesh.nodesync.audits")
                .setDescription("Audits of the tables that came to their end")
                .buildWithCallback(it -> it.record(reports.get().audits()));
    }
}
