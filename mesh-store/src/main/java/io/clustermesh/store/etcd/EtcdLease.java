package io.clustermesh.store.etcd;

import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;

/**
 * A lease as we know it. Its deadline counts from when the last answered keep-alive was sent, on the monotonic clock,
 * so we never believe in a lease longer than the server does; once dead it stays dead.
 */
final class EtcdLease implements Lease {

    private final long id;
    private final Duration ttl;
    private final Clock clock;
    private final LeaseKeeper keeper;
    private volatile long renewedNanos;
    private volatile boolean gone;
    private volatile long sentNanos;
    private volatile boolean awaitingAnswer;

    EtcdLease(long id, Duration ttl, long renewedNanos, Clock clock, LeaseKeeper keeper) {
        this.id = id;
        this.ttl = ttl;
        this.renewedNanos = renewedNanos;
        this.sentNanos = renewedNanos;
        this.clock = clock;
        this.keeper = keeper;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Duration ttl() {
        return ttl;
    }

    @Override
    public boolean alive() {
        if (!gone && clock.monotonicNanos() - renewedNanos >= ttl.toNanos()) {
            gone = true;
        }
        return !gone;
    }

    @Override
    public Duration remaining() {
        long left = renewedNanos + ttl.toNanos() - clock.monotonicNanos();
        return gone || left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
    }

    @Override
    public void abandon() {
        gone = true;
        keeper.forget(this);
    }

    @Override
    public void close() {
        abandon();
        keeper.revoke(id);
    }

    /** The server says that it does not know the lease. */
    void lost() {
        gone = true;
    }

    /** Nanoseconds until the next keep-alive should go out: a third of the TTL after the last one. */
    long dueInNanos() {
        return awaitingAnswer ? Long.MAX_VALUE : sentNanos + ttl.toNanos() / 3 - clock.monotonicNanos();
    }

    void sent() {
        sentNanos = clock.monotonicNanos();
        awaitingAnswer = true;
    }

    void answered(boolean renewed) {
        awaitingAnswer = false;
        if (renewed) {
            renewedNanos = sentNanos;
        } else {
            gone = true;
        }
    }

    /** The stream broke; whatever was asked on it won't be answered. */
    void askAgain() {
        sentNanos = clock.monotonicNanos() - ttl.toNanos();
        awaitingAnswer = false;
    }
}
