package io.clustermesh.nodesync;

import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock that a test turns. */
public final class ManualClock implements Clock {

    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    private long nanos;

    public void advance(Duration by) {
        nanos += by.toNanos();
    }

    @Override
    public long monotonicNanos() {
        return nanos;
    }

    @Override
    public Instant now() {
        return START.plusNanos(nanos);
    }

    @Override
    public void sleep(Duration duration) {
        advance(duration);
    }
}
