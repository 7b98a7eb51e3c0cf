package io.clustermesh.store.sync;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.kv.WatchListener.End;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a consumer what is under a prefix, for ever:
 *
 * <pre>
 *        ┌──────────── compacted, other history ───────────┐
 *        ▼                                                 │
 *      list ──► changes, Synced ──► watch from revision+1 ─┤
 *                                        ▲                 │
 *                                        └── disconnected ─┘
 * </pre>
 *
 * <p>Consumers see each key's changes in order, never a value twice, and keys that vanished in a gap as deletes. What
 * is known is kept while the other side is away. Owns one virtual thread, which also calls the consumer.
 */
public final class Reflector implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reflector.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int BATCH = 512;

    private final KvStore store;
    private final KeyRange range;
    private final Change.Consumer consumer;
    private final Duration longestPause;
    private final Clock clock;
    private final FreshnessTracker freshness;
    private final Worker worker;

    // the worker's own
    private final Map<String, Revision> known = new HashMap<>();
    private long clusterId;
    private Revision seen = Revision.NONE;
    private boolean mustList = true;

    private Reflector(
            String name, KvStore store, KeyRange range, Change.Consumer consumer, Duration longestPause, Clock clock) {
        this.longestPause = longestPause;
        this.store = store;
        this.range = range;
        this.consumer = consumer;
        this.clock = clock;
        this.freshness = new FreshnessTracker(clock);
        this.worker = Worker.start(name, this::loop);
    }

    /**
     * Starts reflecting; never throws for want of a server.
     *
     * @param name the thread's name, and the word for it in logs
     */
    public static Reflector start(String name, KvStore store, KeyRange range, Change.Consumer consumer, Clock clock) {
        return new Reflector(name, store, range, consumer, LONGEST_PAUSE, clock);
    }

    /**
     * As {@link #start(String, KvStore, KeyRange, Change.Consumer, Clock)}, for a range whose news can't wait.
     *
     * @param longestPause how long to pause at most before the next try while the other side is away
     */
    public static Reflector startEager(
            String name, KvStore store, KeyRange range, Change.Consumer consumer, Duration longestPause, Clock clock) {
        return new Reflector(name, store, range, consumer, longestPause, clock);
    }

    /** How fresh the consumer's picture is; any thread. */
    public Freshness freshness() {
        return freshness.now();
    }

    private void loop() throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_PAUSE, longestPause);
        while (true) {
            try {
                if (mustList) {
                    list();
                }
                End end = watch(backoff);
                freshness.broken(explain(end));
                if (end instanceof End.Compacted || end instanceof End.OtherHistory) {
                    mustList = true;
                }
                note(end, backoff);
            } catch (StoreException e) {
                freshness.broken(String.valueOf(e.getMessage()));
                if (backoff.failures() == 0) {
                    LOG.atWarn()
                            .addKeyValue("range", range)
                            .addKeyValue("reason", e.getMessage())
                            .log("can't read from the kvstore, trying again");
                }
            }
            clock.sleep(backoff.afterFailure());
        }
    }

    private void note(End end, Backoff backoff) {
        if (end instanceof End.Refused) {
            LOG.atError()
                    .addKeyValue("range", range)
                    .addKeyValue("reason", explain(end))
                    .log("watch refused");
        } else if (backoff.failures() == 0) {
            LOG.atInfo()
                    .addKeyValue("range", range)
                    .addKeyValue("reason", explain(end))
                    .log("watch ended, going on");
        }
    }

    private void list() throws InterruptedException {
        Listing listing = store.list(range);
        boolean sameHistory = listing.clusterId() == clusterId;
        Set<String> gone = new HashSet<>(known.keySet());
        List<Change> changes = new ArrayList<>();
        for (KeyValue entry : listing.entries()) {
            gone.remove(entry.key());
            Revision modified = entry.version().modified();
            Revision before = known.put(entry.key(), modified);
            if (!sameHistory || !modified.equals(before)) {
                changes.add(new Change.Upsert(entry));
            }
            flush(changes, BATCH);
        }
        for (String key : gone) {
            known.remove(key);
            changes.add(new Change.Delete(key));
            flush(changes, BATCH);
        }
        changes.add(new Change.Synced(listing.revision()));
        flush(changes, 0);
        clusterId = listing.clusterId();
        seen = listing.revision();
        mustList = false;
        freshness.synced();
    }

    private void flush(List<Change> changes, int above) throws InterruptedException {
        if (changes.size() > above) {
            consumer.accept(List.copyOf(changes));
            changes.clear();
        }
    }

    private End watch(Backoff backoff) throws InterruptedException {
        WatchHandover handover = new WatchHandover();
        AutoCloseable watch = store.watch(range, seen.next(), handover);
        try {
            while (true) {
                switch (handover.take()) {
                    case WatchHandover.Started(long startedClusterId) -> {
                        if (startedClusterId != clusterId) {
                            return new End.OtherHistory(startedClusterId);
                        }
                        freshness.connected();
                        backoff.succeeded();
                    }
                    case WatchHandover.Events(List<WatchListener.Event> events, Revision upTo) -> {
                        freshness.sign();
                        apply(events);
                        seen = upTo.compareTo(seen) > 0 ? upTo : seen;
                    }
                    case WatchHandover.Ended(End end) -> {
                        return end;
                    }
                }
            }
        } finally {
            handover.discard();
            close(watch);
        }
    }

    private void apply(List<WatchListener.Event> events) throws InterruptedException {
        List<Change> changes = new ArrayList<>(events.size());
        for (WatchListener.Event event : events) {
            switch (event) {
                case WatchListener.Event.Put(KeyValue entry) -> {
                    Revision modified = entry.version().modified();
                    if (!modified.equals(known.put(entry.key(), modified))) {
                        changes.add(new Change.Upsert(entry));
                    }
                }
                case WatchListener.Event.Delete(String key, Revision ignored) -> {
                    if (known.remove(key) != null) {
                        changes.add(new Change.Delete(key));
                    }
                }
            }
        }
        flush(changes, 0);
    }

    private static void close(AutoCloseable watch) {
        try {
            watch.close();
        } catch (Exception e) {
            LOG.atDebug().setCause(e).log("watch did not close cleanly");
        }
    }

    private static String explain(End end) {
        return switch (end) {
            case End.Compacted(Revision oldest) -> "history before revision " + oldest + " is gone, listing again";
            case End.Disconnected(Throwable cause) -> String.valueOf(cause.getMessage());
            case End.OtherHistory(long id) ->
                "the server has another history now (cluster_id %x), listing again".formatted(id);
            case End.Refused(String reason) -> "the server refuses the watch: " + reason;
            case End.Closed() -> "the store was closed";
        };
    }

    /** Stops; the consumer keeps what it knows. */
    @Override
    public void close() {
        worker.close();
    }
}
