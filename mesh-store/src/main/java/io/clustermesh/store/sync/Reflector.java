package io.clustermesh.store.sync;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.PageListener;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.kv.WatchListener.End;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
    private static final Duration START_LIMIT = Duration.ofSeconds(15);
    private static final int BATCH = 512;

    private final Options options;
    private final KvStore store;
    private final Change.Consumer consumer;
    private final Clock clock;
    private final FreshnessTracker freshness;
    private final Worker worker;

    // the worker's own
    private final Known known;
    private long clusterId;
    private Revision seen = Revision.NONE;
    private boolean mustList = true;

    /**
     * @param name the thread's name, and the word for it in logs
     * @param range what to read
     * @param longestPause how long to pause at most before the next try while the other side is away
     * @param overLimitPause how long to pause after the consumer was {@link OverLimit}
     * @param tooLarge told the keys whose values are too large to be sent, on the reflector's thread
     */
    public record Options(
            String name, KeyRange range, Duration longestPause, Duration overLimitPause, Consumer<String> tooLarge) {

        /** With pauses of up to 10 s, and a minute after being over a limit. */
        public static Options of(String name, KeyRange range) {
            return new Options(
                    name,
                    range,
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    key -> LOG.atError()
                            .addKeyValue("key", key)
                            .log("a value is too large to be read; it is left out"));
        }

        /** For a range whose news can't wait. */
        public Options eager() {
            return new Options(name, range, Duration.ofSeconds(1), overLimitPause, tooLarge);
        }

        /** With somebody who wants to know what is left out. */
        public Options tellingTooLarge(Consumer<String> who) {
            return new Options(name, range, longestPause, overLimitPause, who);
        }
    }

    private Reflector(Options options, KvStore store, Change.Consumer consumer, Clock clock) {
        this.options = options;
        this.store = store;
        this.consumer = consumer;
        this.clock = clock;
        this.known = new Known(options.range());
        this.freshness = new FreshnessTracker(clock);
        this.worker = Worker.start(options.name(), this::loop);
    }

    /**
     * Starts reflecting; never throws for want of a server.
     *
     * @param name the thread's name, and the word for it in logs
     */
    public static Reflector start(String name, KvStore store, KeyRange range, Change.Consumer consumer, Clock clock) {
        return new Reflector(Options.of(name, range), store, consumer, clock);
    }

    /** Starts reflecting; never throws for want of a server. */
    public static Reflector start(Options options, KvStore store, Change.Consumer consumer, Clock clock) {
        return new Reflector(options, store, consumer, clock);
    }

    /** How fresh the consumer's picture is; any thread. */
    public Freshness freshness() {
        return freshness.now();
    }

    private void loop() throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_PAUSE, options.longestPause());
        while (true) {
            Duration pause;
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
                pause = backoff.afterFailure();
            } catch (StoreException e) {
                freshness.broken(String.valueOf(e.getMessage()));
                if (backoff.failures() == 0) {
                    warn("can't read from the kvstore, trying again", e.getMessage());
                }
                pause = backoff.afterFailure();
            } catch (OverLimit e) {
                mustReadAll(e);
                pause = options.overLimitPause();
            } catch (RuntimeException e) {
                mustReadAll(e);
                LOG.atDebug().setCause(e).log("reading again");
                pause = backoff.afterFailure();
            }
            clock.sleep(pause);
        }
    }

    // What was handed over last may have been taken in part, so everything is told again.
    private void mustReadAll(RuntimeException cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (!freshness.lastReason().equals(Optional.of(reason))) {
            warn("what was read can't be taken, reading again", reason);
        }
        freshness.broken(reason);
        mustList = true;
        clusterId = 0;
    }

    private void warn(String message, @Nullable String reason) {
        LOG.atWarn()
                .addKeyValue("range", options.range())
                .addKeyValue("reason", reason)
                .log(message);
    }

    private void note(End end, Backoff backoff) {
        if (end instanceof End.Refused) {
            LOG.atError()
                    .addKeyValue("range", options.range())
                    .addKeyValue("reason", explain(end))
                    .log("watch refused");
        } else if (backoff.failures() == 0) {
            LOG.atInfo()
                    .addKeyValue("range", options.range())
                    .addKeyValue("reason", explain(end))
                    .log("watch ended, going on");
        }
    }

    private void list() throws InterruptedException {
        Listing listing = store.scan(options.range(), new PageListener() {
            @Override
            public void onStart(long readClusterId) {
                known.listing(readClusterId == clusterId);
                clusterId = readClusterId;
            }

            @Override
            public void onPage(List<KeyValue> entries) throws InterruptedException {
                for (int from = 0; from < entries.size(); from += BATCH) {
                    List<Change> changes = new ArrayList<>(BATCH);
                    known.listed(entries.subList(from, Math.min(entries.size(), from + BATCH)), changes);
                    tell(changes);
                }
            }

            @Override
            public void onTooLarge(String key) {
                options.tooLarge().accept(key);
            }
        });
        tell(known.vanished());
        tell(List.of(new Change.Synced(listing.revision())));
        seen = listing.revision();
        mustList = false;
        freshness.synced();
    }

    private void tell(List<Change> changes) throws InterruptedException {
        if (!changes.isEmpty()) {
            consumer.accept(changes);
        }
    }

    private End watch(Backoff backoff) throws InterruptedException {
        WatchHandover handover = new WatchHandover();
        AutoCloseable watch = store.watch(options.range(), seen.next(), handover);
        try {
            Optional<WatchHandover.Message> message = handover.poll(START_LIMIT);
            while (true) {
                if (message.isEmpty()) {
                    return new End.Disconnected(new StoreException.Unavailable(
                            "the server did not begin the watch within " + START_LIMIT, null));
                }
                switch (message.get()) {
                    case WatchHandover.Started(long startedClusterId) -> {
                        if (startedClusterId != clusterId) {
                            return new End.OtherHistory(startedClusterId);
                        }
                        freshness.connected();
                        backoff.succeeded();
                    }
                    case WatchHandover.Events(List<WatchListener.Event> events, Revision upTo) -> {
                        freshness.sign();
                        tell(known.changed(events, seen));
                        seen = upTo.compareTo(seen) > 0 ? upTo : seen;
                    }
                    case WatchHandover.Ended(End end) -> {
                        return end;
                    }
                }
                message = Optional.of(handover.take());
            }
        } finally {
            handover.discard();
            close(watch);
        }
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
