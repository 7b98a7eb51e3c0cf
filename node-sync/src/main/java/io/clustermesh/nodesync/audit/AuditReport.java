package io.clustermesh.nodesync.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What audits have found since the start: part of {@code /v1/status}, and {@code /v1/audit}.
 *
 * @param audits complete ones
 * @param lastFinished when the last one came to its end; empty before the first
 * @param checked what the last one looked at
 * @param drift what differed and was repaired, by kind, since the start
 * @param last what was found last, oldest first, a bounded number
 */
public record AuditReport(
        long audits, Optional<Instant> lastFinished, Checked checked, Map<Drift, Long> drift, List<Found> last) {

    /** Nothing looked at yet. */
    public static final AuditReport NONE =
            new AuditReport(0, Optional.empty(), new Checked(0, 0, 0), Map.of(), List.of());

    /**
     * @param frontends entries of the service map, each with its policy word
     * @param tableEntries entries of the arena
     * @param backends entries of the backend array, used or not
     */
    public record Checked(int frontends, long tableEntries, int backends) {}

    /**
     * @param at when it was found
     * @param kind how it differed
     * @param subject the frontend, backend or cluster
     * @param message what was written, what was there, what was done
     */
    public record Found(Instant at, Drift kind, String subject, String message) {}

    public AuditReport {
        drift = Map.copyOf(drift);
        last = List.copyOf(last);
    }

    /** All kinds together. */
    public long total() {
        return drift.values().stream().mapToLong(Long::longValue).sum();
    }

    /** By kind, in the kinds' order. */
    public Map<Drift, Long> sorted() {
        return new TreeMap<>(drift);
    }
}
