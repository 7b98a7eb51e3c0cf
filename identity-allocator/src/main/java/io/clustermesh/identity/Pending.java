package io.clustermesh.identity;

import io.clustermesh.model.LabelSet;
import io.clustermesh.store.runtime.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Label sets that still need an identity, each with its attempts and the time of the next one. Owned by the allocator's
 * thread.
 */
final class Pending {

    /** After so many conflicts in a row somebody should look, as in Cilium; we go on, slowly. */
    static final int MAX_ATTEMPTS = 16;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** One label set's way to its identity. */
    static final class Entry {
        private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        private long notBeforeNanos;
        private String reason = "not tried yet";

        private Entry(long notBeforeNanos) {
            this.notBeforeNanos = notBeforeNanos;
        }

        int attempts() {
            return backoff.failures();
        }
    }

    private final Map<LabelSet, Entry> entries = new LinkedHashMap<>();

    void add(LabelSet labels, long nowNanos) {
        entries.putIfAbsent(labels, new Entry(nowNanos));
    }

    void remove(LabelSet labels) {
        entries.remove(labels);
    }

    int size() {
        return entries.size();
    }

    /** At most {@code limit} whose time has come. */
    List<LabelSet> due(long nowNanos, int limit) {
        return entries.entrySet().stream()
                .filter(entry -> entry.getValue().notBeforeNanos - nowNanos <= 0)
                .limit(limit)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Notes a failed attempt and tells how many there were in a row. */
    int failed(LabelSet labels, String reason, long nowNanos) {
        Entry entry = entries.computeIfAbsent(labels, ignored -> new Entry(nowNanos));
        entry.reason = reason;
        entry.notBeforeNanos = nowNanos + entry.backoff.afterFailure().toNanos();
        return entry.attempts();
    }

    /** How long until something is due; {@code atMost} if nothing is earlier. */
    Duration untilDue(long nowNanos, Duration atMost) {
        long nanos = atMost.toNanos();
        for (Entry entry : entries.values()) {
            nanos = Math.min(nanos, Math.max(0, entry.notBeforeNanos - nowNanos));
        }
        return Duration.ofNanos(nanos);
    }

    /** Those that failed at least once. */
    List<AllocatorStatus.Trouble> troubles() {
        List<AllocatorStatus.Trouble> troubles = new ArrayList<>();
        entries.forEach((labels, entry) -> {
            if (entry.attempts() > 0) {
                troubles.add(new AllocatorStatus.Trouble(labels.toLabelString(), entry.reason, entry.attempts()));
            }
        });
        return troubles;
    }
}
