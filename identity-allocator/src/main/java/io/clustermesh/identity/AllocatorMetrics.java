package io.clustermesh.identity;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.Locale;
import java.util.function.Supplier;

/** What the allocator counts. */
final class AllocatorMetrics {

    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");

    private final LongCounter attempts;
    private final LongCounter repairs;
    private final LongCounter collected;

    AllocatorMetrics(Meter meter, Supplier<AllocatorStatus> status) {
        attempts = meter.counterBuilder("clustermesh.identity.attempts")
                .setUnit("{attempt}")
                .setDescription("Attempts to get an identity, by outcome.")
                .build();
        repairs = meter.counterBuilder("clustermesh.identity.repairs")
                .setUnit("{key}")
                .setDescription("Keys in use that had vanished and were written again.")
                .build();
        collected = meter.counterBuilder("clustermesh.identity.collected")
                .setUnit("{identity}")
                .setDescription("Identities removed because nobody used them for two rounds.")
                .build();
        meter.gaugeBuilder("clustermesh.identity.allocated")
                .ofLongs()
                .setUnit("{identity}")
                .setDescription("Identities that this allocator uses.")
                .buildWithCallback(gauge -> gauge.record(status.get().counts().allocated()));
        meter.gaugeBuilder("clustermesh.identity.masters")
                .ofLongs()
                .setUnit("{identity}")
                .setDescription("Identities of the cluster's range that have a meaning, used or not.")
                .buildWithCallback(gauge -> gauge.record(status.get().counts().masters()));
        meter.gaugeBuilder("clustermesh.identity.waiting")
                .ofLongs()
                .setUnit("{label_set}")
                .setDescription("Label sets that still lack an identity.")
                .buildWithCallback(gauge -> gauge.record(status.get().counts().waiting()));
    }

    void attempt(Claim claim) {
        String outcome = switch (claim) {
            case Claim.Allocated(var ignored, Claim.Way way) -> way.name().toLowerCase(Locale.ROOT);
            case Claim.Contended ignored -> "contended";
            case Claim.Exhausted ignored -> "exhausted";
        };
        attempts.add(1, Attributes.of(OUTCOME, outcome));
    }

    void repaired() {
        repairs.add(1);
    }

    void collected(int count) {
        collected.add(count);
    }
}
