package io.clustermesh.bgp.fsm;

import java.time.Duration;

/**
 * A timer as a value.
 *
 * @param startNanos when it was started, by the monotonic clock
 * @param lengthNanos how long it runs; 0 for never
 */
public record Timer(long startNanos, long lengthNanos) {

    /** Never runs out. */
    public static final Timer NEVER = new Timer(0, 0);

    /** One that starts at {@code nowNanos}; never runs out if {@code length} is zero. */
    public static Timer of(long nowNanos, Duration length) {
        return new Timer(nowNanos, length.toNanos());
    }

    /** Started anew. */
    public Timer restarted(long nowNanos) {
        return new Timer(nowNanos, lengthNanos);
    }

    /** Whether it has run out. */
    public boolean expired(long nowNanos) {
        return lengthNanos > 0 && nowNanos - startNanos >= lengthNanos;
    }

    /** Nanoseconds until it runs out, at least 0; {@link Long#MAX_VALUE} for never. */
    public long leftNanos(long nowNanos) {
        return lengthNanos == 0 ? Long.MAX_VALUE : Math.max(0, lengthNanos - (nowNanos - startNanos));
    }
}
