package io.clustermesh.certs;

import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock that tests turn. */
final class TestClock implements Clock {

    private Instant now = Clock.system().now();

    void advance(Duration by) {
        now = now.plus(by);
    }

    @Override
    public long monotonicNanos() {
        return now.toEpochMilli() * 1_000_000;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public void sleep(Duration duration) {
        advance(duration);
    }
}
