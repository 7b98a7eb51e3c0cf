package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.cache.WatchQuery;
import io.clustermesh.apiserver.cache.WatchResult;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of one event loop, and what they share: each stretch of history is read and encoded once for all watches
 * that want the same range of it. Everything but {@link #advanced} runs on that loop.
 */
final class FanOut {

    /** An event message is closed after this many bytes; one revision may make it larger. */
    static final int MESSAGE_BYTES = 1 << 20;

    /** What may be kept for sharing during one round, in bytes. */
    private static final int SHARED_BYTES = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(FanOut.class);

    private final EventExecutor loop;
    private final WatchCache cache;
    private final ApiCounters counters;
    private final Set<WatchStream> streams = new LinkedHashSet<>();
    private final AtomicBoolean noted = new AtomicBoolean();
    private final Map<Want, Delivery> shared = new HashMap<>();
    private @Nullable View sharedOf;
    private int sharedBytes;

    private record Want(WatchQuery query, long next) {}

    /** What a watch gets, ready to send. */
    sealed interface Delivery {
        /**
         * @param parts the {@code events} field, in order
         * @param upTo the revision that the watch has then seen
         */
        record Events(List<byte[]> parts, long upTo) implements Delivery {}

        record Nothing(long upTo) implements Delivery {}

        record Compacted(long oldest) implements Delivery {}
    }

    FanOut(EventExecutor loop, WatchCache cache, ApiCounters counters) {
        this.loop = loop;
        this.cache = cache;
        this.counters = counters;
    }

    EventExecutor loop() {
        return loop;
    }

    /** The cache moved; any thread. Notes that come while the loop is busy become one. */
    void advanced() {
        if (noted.compareAndSet(false, true)) {
            loop.execute(this::drainAll);
        }
    }

    void add(WatchStream stream) {
        streams.add(stream);
    }

    void remove(WatchStream stream) {
        streams.remove(stream);
    }

    private void drainAll() {
        // first the note, then the view: a change after this line leaves a new note
        noted.set(false);
        cache.view().ifPresent(view -> {
            for (WatchStream stream : List.copyOf(streams)) {
                try {
                    stream.drain(view);
                } catch (RuntimeException e) {
                    LOG.atError().setCause(e).log("a watch stream failed and was ended");
                    stream.fail(e);
                }
            }
        });
        forgetShared();
    }

    /** Ends the streams that won't go on without etcd, which has been away since {@code awaySinceNanos}. */
    void endLeaderless(long awaySinceNanos, long now, Duration limit) {
        List.copyOf(streams).forEach(stream -> stream.endWithoutLeader(awaySinceNanos, now, limit));
    }

    /** Tells every idle watch that asked for it how far it has come. */
    void reportProgress() {
        cache.view().ifPresent(view -> List.copyOf(streams).forEach(stream -> stream.reportProgress(view)));
    }

    /** What a watch that has seen everything before {@code next} gets. */
    Delivery read(View view, WatchQuery query, long next) {
        if (sharedOf != view) {
            forgetShared();
            sharedOf = view;
        }
        Want want = new Want(query, next);
        Delivery known = shared.get(want);
        if (known != null) {
            return known;
        }
        Delivery delivery = switch (view.changes(query, next, MESSAGE_BYTES)) {
            case WatchResult.Nothing(long upTo) -> new Delivery.Nothing(upTo);
            case WatchResult.Compacted(long oldest) -> new Delivery.Compacted(oldest);
            case WatchResult.Changes changes -> {
                counters.encoded.increment();
                yield new Delivery.Events(
                        WireFormat.events(changes.changes(), query.withPrevious(), MESSAGE_BYTES), changes.upTo());
            }
        };
        if (delivery instanceof Delivery.Events(List<byte[]> parts, long _)) {
            sharedBytes += parts.stream().mapToInt(part -> part.length).sum();
        }
        if (sharedBytes < SHARED_BYTES) {
            shared.put(want, delivery);
        }
        return delivery;
    }

    private void forgetShared() {
        shared.clear();
        sharedBytes = 0;
        sharedOf = null;
    }
}
