package io.clustermesh.apiserver.api;

import io.clustermesh.store.runtime.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many watches there may be, on a connection and in all, and how fast a connection may create them. */
final class WatchQuota {

    private static final long SECOND = 1_000_000_000L;

    private final ServiceLimits.Watches limits;
    private final Clock clock;
    private final AtomicInteger total = new AtomicInteger();
    private final Map<Object, Share> shares = new ConcurrentHashMap<>();

    WatchQuota(ServiceLimits.Watches limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /** A stream begins; its connection's share, which the stream must {@linkplain Share#leave leave} at its end. */
    Share join(Object connection) {
        return shares.compute(connection, (key, share) -> {
            Share joined = share == null ? new Share(key) : share;
            joined.streams++;
            return joined;
        });
    }

    /** What one connection has; used on its event loop only. */
    final class Share {
        private final Object connection;
        private int streams;
        private int open;
        private double credit = limits.createsPerSecond();
        private long counted = clock.monotonicNanos();

        private Share(Object connection) {
            this.connection = connection;
        }

        /**
         * One more watch, on a stream that has {@code ofStream} already; false if that is too many.
         */
        boolean take(int ofStream) {
            refill();
            credit--;
            if (ofStream >= limits.stream() || open >= limits.connection()) {
                return false;
            }
            if (total.incrementAndGet() > limits.total()) {
                total.decrementAndGet();
                return false;
            }
            open++;
            return true;
        }

        void give(int watches) {
            open -= watches;
            total.addAndGet(-watches);
        }

        /** How long this connection has to wait until its next request is heard; 0 if it need not. */
        long pauseNanos() {
            refill();
            return credit >= 0 ? 0 : (long) (-credit * SECOND / limits.createsPerSecond());
        }

        private void refill() {
            long now = clock.monotonicNanos();
            double earned = (double) (now - counted) * limits.createsPerSecond() / SECOND;
            credit = Math.min(limits.createsPerSecond(), credit + earned);
            counted = now;
        }

        void leave() {
            shares.computeIfPresent(connection, (_, share) -> --share.streams == 0 ? null : share);
        }
    }
}
