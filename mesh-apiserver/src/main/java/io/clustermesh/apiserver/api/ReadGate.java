package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.api.Confirmation.Outcome;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Where reads wait that want the newest: until etcd has said how far it is, and the cache has come that far. One for
 * each event loop; everything but {@link #advanced} runs there, and nothing blocks.
 *
 * <pre>
 *   wait ──► etcd confirms revision n ──► cache shows n ──► FRESH
 *     └────────── limit over, or etcd away ──────────────► STALE: the caller decides
 * </pre>
 */
final class ReadGate {

    private final EventExecutor loop;
    private final WatchCache cache;
    private final Confirmation confirmation;
    private final Set<Wait> waits = new LinkedHashSet<>();
    private final AtomicBoolean noted = new AtomicBoolean();
    private volatile boolean anyWaits;
    private final AtomicInteger unfinished = new AtomicInteger();
    private final Map<Object, Integer> byConnection = new HashMap<>();

    /** How a wait ended. */
    enum Freshness {
        /** The cache holds everything that was acknowledged before the wait began. */
        FRESH,
        /** Nobody knows. */
        STALE
    }

    private final class Wait {
        private final Object connection;
        private final long pinned;
        private final Consumer<Freshness> then;
        private final Future<?> timer;
        private boolean over;
        private long clusterId;
        private long needed = Long.MAX_VALUE;

        Wait(Object connection, long pinned, Duration limit, Consumer<Freshness> then) {
            this.connection = connection;
            this.pinned = pinned;
            this.then = then;
            timer = loop.schedule(() -> end(Freshness.STALE), limit.toNanos(), TimeUnit.NANOSECONDS);
        }

        void answered(Outcome outcome) {
            switch (outcome) {
                case Outcome.Confirmed(long id, long revision) -> {
                    clusterId = id;
                    // a pinned revision that etcd has not reached either is for the reader to refuse
                    needed = pinned == 0 ? revision : Math.min(pinned, revision);
                    if (!over) {
                        waits.add(this);
                        // first the note, then the look: a change after the look leaves a note of its own
                        anyWaits = true;
                        reached();
                    }
                }
                case Outcome.Unconfirmed _ -> end(Freshness.STALE);
            }
        }

        void reached() {
            View view = cache.view().orElseThrow();
            if (view.clusterId() == clusterId && view.revision() >= needed) {
                end(Freshness.FRESH);
            }
        }

        private void end(Freshness freshness) {
            if (!over) {
                over = true;
                unfinished.decrementAndGet();
                byConnection.computeIfPresent(connection, (_, waits) -> waits == 1 ? null : waits - 1);
                waits.remove(this);
                timer.cancel(false);
                then.accept(freshness);
            }
        }
    }

    ReadGate(EventExecutor loop, WatchCache cache, Confirmation confirmation) {
        this.loop = loop;
        this.cache = cache;
        this.confirmation = confirmation;
    }

    EventExecutor loop() {
        return loop;
    }

    /** Reads of one connection that wait now. */
    int waiting(Object connection) {
        return byConnection.getOrDefault(connection, 0);
    }

    /** Reads that wait now; any thread. */
    int waiting() {
        return unfinished.get();
    }

    /**
     * Calls {@code then} on this loop once the cache is as new as etcd is now, or that can't be known.
     *
     * @param connection that the reader came by
     * @param pinned the revision that the reader asks for, 0 for the newest
     */
    void await(Object connection, long pinned, Duration limit, Consumer<Freshness> then) {
        byConnection.merge(connection, 1, Integer::sum);
        unfinished.incrementAndGet();
        Wait wait = new Wait(connection, pinned, limit, then);
        confirmation.ask(loop, wait::answered);
    }

    /** The cache moved; the feed's thread. */
    void advanced() {
        if (anyWaits && noted.compareAndSet(false, true)) {
            loop.execute(this::release);
        }
    }

    private void release() {
        noted.set(false);
        List.copyOf(waits).forEach(Wait::reached);
        anyWaits = !waits.isEmpty();
    }
}
