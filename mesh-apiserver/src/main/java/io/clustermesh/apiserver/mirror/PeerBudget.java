package io.clustermesh.apiserver.mirror;

import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.TokenBucket;
import io.clustermesh.store.sync.OverLimit;
import java.time.Duration;

/**
 * What one peer has used of its {@link MirrorLimits}. Shared by the peer's readers, each of which waits or fails here
 * on its own thread, so that pressure goes back to that peer's watches and to nobody else. Thread-safe.
 */
final class PeerBudget {

    private static final int BURST_SECONDS = 10;

    private final MirrorLimits limits;
    private final Clock clock;
    private final TokenBucket changes;
    private final TokenBucket lists;
    private long keys;
    private long bytes;
    private long heldBackNanos;
    private long overLimit;

    PeerBudget(MirrorLimits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
        this.changes =
                new TokenBucket((double) limits.changesPerSecond() * BURST_SECONDS, limits.changesPerSecond(), clock);
        this.lists = new TokenBucket(limits.keys(), limits.changesPerSecond(), clock);
    }

    /** @throws OverLimit if the peer holds more than it may; nothing is taken then */
    synchronized void hold(long moreKeys, long moreBytes) {
        if ((moreKeys > 0 && keys + moreKeys > limits.keys())
                || (moreBytes > 0 && bytes + moreBytes > limits.bytes())) {
            overLimit++;
            throw new OverLimit(
                    "the peer publishes more than %d keys or %d MiB, the rest is not read; raise mirror.maxKeys or mirror.maxMiB if that is right"
                            .formatted(limits.keys(), limits.bytes() >> 20));
        }
        keys += moreKeys;
        bytes += moreBytes;
    }

    /** Waits until {@code count} changes may pass. */
    void pay(int count, boolean firstList) throws InterruptedException {
        Duration wait = (firstList ? lists : changes).take(count);
        if (!wait.isZero()) {
            synchronized (this) {
                heldBackNanos += wait.toNanos();
            }
            clock.sleep(wait);
        }
    }

    /**
     * @param keys keys held of the peer
     * @param bytes their size, values included
     * @param heldBack how long its changes were made to wait, in total
     * @param overLimit times that it was cut off for publishing too much
     */
    record Used(long keys, long bytes, Duration heldBack, long overLimit) {}

    synchronized Used used() {
        return new Used(keys, bytes, Duration.ofNanos(heldBackNanos), overLimit);
    }
}
