package io.clustermesh.store.runtime;

import java.time.Duration;
import java.time.Instant;

/** A clock that stands still until a test turns it; who sleeps on it wakes when its time has come. Thread-safe. */
public final class ManualClock implements Clock {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private long nanos;
    private int sleepers;

    @Override
    public synchronized long monotonicNanos() {
        return nanos;
    }

    @Override
    public synchronized Instant now() {
        return START.plusNanos(nanos);
    }

    @Override
    public synchronized void sleep(Duration duration) throws InterruptedException {
        long wakeAt = nanos + duration.toNanos();
        sleepers++;
        try {
            while (nanos < wakeAt) {
                wait();
            }
        } finally {
            sleepers--;
        }
    }

    /** Turns the clock forward and wakes those whose time has come. */
    public synchronized void advance(Duration duration) {
        nanos += duration.toNanos();
        notifyAll();
    }

    /** Threads asleep on this clock now; wait for one with Awaitility before turning the clock. */
    public synchronized int sleepers() {
        return sleepers;
    }
}
