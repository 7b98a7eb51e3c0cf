package io.clustermesh.apiserver.mirror;

import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.sync.Change;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A peer's heartbeat: that it comes is what counts, not what it says. Its time is looked at only to tell people about a
 * peer whose clock makes no sense. The heartbeat reader's thread writes, any thread reads.
 */
final class Heartbeat {

    private final Clock clock;
    private volatile long lastNanos;
    private volatile Optional<String> oddity = Optional.empty();
    private Instant latest = Instant.MIN;

    /** The connection begins now; silence counts from here. */
    Heartbeat(Clock clock) {
        this.clock = clock;
        this.lastNanos = clock.monotonicNanos();
    }

    void take(List<Change> changes) {
        lastNanos = clock.monotonicNanos();
        for (Change change : changes) {
            if (change instanceof Change.Upsert(KeyValue entry)) {
                oddity = judge(entry.text());
            }
        }
    }

    private Optional<String> judge(String text) {
        Instant time;
        try {
            time = Instant.parse(text);
        } catch (DateTimeException e) {
            return Optional.of("the peer's heartbeat says \"%.40s\", which is no time".formatted(text));
        }
        Instant before = latest;
        latest = time;
        return time.isBefore(before)
                ? Optional.of("the peer's heartbeat went back from %s to %s; look at the clocks of its replicas"
                        .formatted(before, time))
                : Optional.empty();
    }

    /** Since the last beat, or since the connection began. */
    Duration silence() {
        return Duration.ofNanos(clock.monotonicNanos() - lastNanos);
    }

    /** What is wrong with its last beat. */
    Optional<String> oddity() {
        return oddity;
    }
}
