package io.clustermesh.store.runtime;

import java.time.Duration;

/** A rate with a burst. Thread-safe; who takes more than there is gets a debt to sleep off. */
public final class TokenBucket {

    private static final double NANOS = 1e9;

    private final double capacity;
    private final double perNano;
    private final Clock clock;
    private double tokens;
    private long countedNanos;

    /**
     * A full one.
     *
     * @param capacity the burst
     * @param perSecond the rate
     */
    public TokenBucket(double capacity, double perSecond, Clock clock) {
        this.capacity = capacity;
        this.perNano = perSecond / NANOS;
        this.clock = clock;
        this.tokens = capacity;
        this.countedNanos = clock.monotonicNanos();
    }

    /** Takes {@code count} and tells how long to wait before using them. */
    public synchronized Duration take(int count) {
        long now = clock.monotonicNanos();
        tokens = Math.min(capacity, tokens + (now - countedNanos) * perNano) - count;
        countedNanos = now;
        return tokens >= 0 ? Duration.ZERO : Duration.ofNanos((long) (-tokens / perNano));
    }
}
