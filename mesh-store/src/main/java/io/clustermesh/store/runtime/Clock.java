package io.clustermesh.store.runtime;

import java.time.Duration;
import java.time.Instant;

/** The time, passed in so that tests can turn it. */
public interface Clock {

    /** Nanoseconds since some fixed point; never goes back. For deadlines and durations. */
    long monotonicNanos();

    /** Wall-clock time, for people and for comparing with other processes. */
    Instant now();

    /** Blocks the calling thread; agents call it through their own waits, nobody else. */
    void sleep(Duration duration) throws InterruptedException;

    /** The machine's clock. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
