package io.clustermesh.store.runtime;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential back-off with full jitter in its upper half. Owned by one thread.
 */
public final class Backoff {

    private final Duration first;
    private final Duration most;
    private int failures;

    /**
     * @param first pause after the first failure
     * @param most the longest pause
     */
    public Backoff(Duration first, Duration most) {
        this.first = first;
        this.most = most;
    }

    /** Failures since the last success. */
    public int failures() {
        return failures;
    }

    /** Counts a failure and tells how long to pause. */
    public Duration afterFailure() {
        long doubled = first.toNanos() << Math.min(failures++, 20);
        long ceiling = doubled <= 0 ? most.toNanos() : Math.min(doubled, most.toNanos());
        return Duration.ofNanos(ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling / 2 + 1));
    }

    /** Forgets the failures. */
    public void succeeded() {
        failures = 0;
    }
}
