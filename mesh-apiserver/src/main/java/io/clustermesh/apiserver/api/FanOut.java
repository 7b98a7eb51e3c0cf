package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.store.runtime.Clock;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of one event loop, served in rounds. Everything but {@link #advanced} runs on that loop.
 *
 * <p>A round begins when the cache has moved, and takes everything since the last one. When rounds become long, because a
 * hundred sockets have to be written, the loop rests after each for twice as long as it took, 10 ms at most: what comes
 * meanwhile goes out together, at one system call a client instead of several. Short rounds follow each other at once.
 */
final class FanOut {

    /** A round shorter than this needs no rest. */
    private static final long LONG_ROUND_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final long LONGEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Logger LOG = LoggerFactory.getLogger(FanOut.class);

    private final EventExecutor loop;
    private final WatchCache cache;
    private final Clock clock;
    private final Batches batches;
    private final Set<WatchStream> streams = new LinkedHashSet<>();
    private final AtomicBoolean noted = new AtomicBoolean();
    private long notBeforeNanos;

    FanOut(EventExecutor loop, WatchCache cache, Batches batches, Clock clock) {
        this.loop = loop;
        this.cache = cache;
        this.batches = batches;
        this.clock = clock;
        notBeforeNanos = clock.monotonicNanos();
    }

    EventExecutor loop() {
        return loop;
    }

    Batches batches() {
        return batches;
    }

    /** The cache moved; any thread. Notes that come while the loop is busy become one. */
    void advanced() {
        if (noted.compareAndSet(false, true)) {
            loop.execute(this::beginRound);
        }
    }

    void add(WatchStream stream) {
        streams.add(stream);
    }

    void remove(WatchStream stream) {
        streams.remove(stream);
    }

    private void beginRound() {
        long rest = notBeforeNanos - clock.monotonicNanos();
        if (rest > 0) {
            var _ = loop.schedule(this::round, rest, TimeUnit.NANOSECONDS);
        } else {
            round();
        }
    }

    private void round() {
        long begun = clock.monotonicNanos();
        // first the note, then the view: a change after this line leaves a new note
        noted.set(false);
        cache.view().ifPresent(view -> each(stream -> stream.drain(view)));
        // behind the flush that the streams have asked the loop for
        loop.execute(() -> roundEnded(begun));
    }

    private void roundEnded(long begunNanos) {
        long now = clock.monotonicNanos();
        long took = now - begunNanos;
        if (took >= LONG_ROUND_NANOS) {
            notBeforeNanos = now + Math.min(2 * took, LONGEST_REST_NANOS);
        }
    }

    private interface Work {
        void on(WatchStream stream);
    }

    private void each(Work work) {
        for (WatchStream stream : List.copyOf(streams)) {
            try {
                work.on(stream);
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a watch stream failed and was ended");
                stream.fail(e);
            }
        }
    }

    /** Ends the streams that won't go on without etcd, which has been away since {@code awaySinceNanos}. */
    void endLeaderless(long awaySinceNanos, long now, Duration limit) {
        each(stream -> stream.endWithoutLeader(awaySinceNanos, now, limit));
    }

    /** Tells every idle watch that asked for it how far it has come. */
    void reportProgress() {
        cache.view().ifPresent(view -> each(stream -> stream.reportProgress(view)));
    }

    /** Ends each stream once it has been sent everything up to now. */
    void stop() {
        Optional<View> newest = cache.view();
        each(stream -> stream.stopAfter(newest));
    }
}
