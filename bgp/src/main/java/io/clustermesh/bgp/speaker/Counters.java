package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.packet.AttributeFault;
import io.clustermesh.bgp.rib.ImportPolicy.Refusal;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a speaker counts. Written by the speaker's thread, read by anybody. */
final class Counters {

    private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);
    private final Map<AttributeFault.Effect, LongAdder> faults = new EnumMap<>(AttributeFault.Effect.class);
    final AtomicLong established = new AtomicLong();
    final AtomicLong bestRoutes = new AtomicLong();
    final LongAdder sessionsEnded = new LongAdder();
    final LongAdder updatesReceived = new LongAdder();
    final LongAdder strangers = new LongAdder();

    Counters() {
        for (Refusal refusal : Refusal.values()) {
            refused.put(refusal, new LongAdder());
        }
        for (AttributeFault.Effect effect : AttributeFault.Effect.values()) {
            faults.put(effect, new LongAdder());
        }
    }

    LongAdder of(Refusal refusal) {
        return refused.getOrDefault(refusal, new LongAdder());
    }

    LongAdder of(AttributeFault.Effect effect) {
        return faults.getOrDefault(effect, new LongAdder());
    }

    /** Those that are not zero, by label. */
    Map<String, Long> refusals() {
        Map<String, Long> counts = new TreeMap<>();
        refused.forEach((refusal, count) -> {
            if (count.sum() > 0) {
                counts.put(refusal.label(), count.sum());
            }
        });
        return counts;
    }
}
