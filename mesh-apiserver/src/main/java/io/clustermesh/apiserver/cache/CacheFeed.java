package io.clustermesh.apiserver.cache;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link WatchCache} at etcd's heels: lists once (a little in the past, see {@link ColdStart}), then follows one watch over the whole key space, so that the
 * cache's revision is etcd's own even when somebody writes a key that no client of ours reads.
 *
 * <pre>
 *   list ──► watch from revision + 1 ──► apply … ──┬─ connection lost ──► pause, watch from revision + 1
 *    ▲                                             └─ compacted, other history ──┐
 *    └───────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>The cache has one writer at a time: the agent's thread while it lists, then the watch's own, which reads from the
 * connection, applies at once, and so holds etcd back by itself if it can't follow. The agent waits for its end.
 */
public final class CacheFeed implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(CacheFeed.class);
    private static final KeyRange EVERYTHING = KeyRange.prefix("");
    private final KvStore store;
    private final WatchCache cache;
    private final Clock clock;
    private final int pastRevisions;
    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));
    private boolean listed;
    private volatile FeedStatus status = new FeedStatus(false, Optional.empty(), 0, 0, Optional.empty());

    /**
     * @param store etcd, with rights to read everything
     * @param cache fed by this agent only
     */
    public CacheFeed(KvStore store, WatchCache cache, Clock clock) {
        this(store, cache, clock, ColdStart.REVISIONS);
    }

    CacheFeed(KvStore store, WatchCache cache, Clock clock, int pastRevisions) {
        this.pastRevisions = pastRevisions;
        this.store = store;
        this.cache = cache;
        this.clock = clock;
    }

    @Override
    public String roleName() {
        return "cache-feed";
    }

    /** Any thread. */
    public FeedStatus status() {
        return status;
    }

    /** One listing if it is needed, then one watch until it ends. */
    @Override
    public void doWork() throws InterruptedException {
        try {
            if (!listed) {
                ColdStart start = ColdStart.read(store, EVERYTHING, pastRevisions);
                cache.rebuild(start.past(), start.entries(), start.present());
                listed = true;
                status = new FeedStatus(
                        false, Optional.of(clock.now()), status.rebuilds() + 1, status.failures(), status.lastError());
                LOG.atInfo()
                        .addKeyValue("revision", start.present())
                        .addKeyValue("historyFrom", start.past().revision())
                        .addKeyValue("keys", start.entries().size())
                        .log("watch cache rebuilt from etcd");
            }
            follow();
        } catch (RuntimeException e) {
            failed(e.toString());
            throw e;
        }
    }

    private void follow() throws InterruptedException {
        Revision next = new Revision(cache.fedTo()).next();
        Following following = new Following();
        AutoCloseable watch = store.watch(EVERYTHING, next, following);
        WatchListener.End end;
        try {
            end = following.end.take();
        } finally {
            following.close();
            close(watch);
        }
        ended(end);
    }

    private static boolean isWhole(List<WatchListener.Event> events, Revision upTo) {
        return events.isEmpty() || WatchCache.revisionOf(events.getLast()) <= upTo.value();
    }

    private void ended(WatchListener.End end) throws InterruptedException {
        listed = switch (end) {
            case WatchListener.End.Compacted _, WatchListener.End.OtherHistory _ -> false;
            case WatchListener.End.Disconnected _, WatchListener.End.Refused _, WatchListener.End.Closed _ -> true;
        };
        failed(end.toString());
        Duration pause = backoff.afterFailure();
        LOG.atWarn()
                .addKeyValue("end", end)
                .addKeyValue("relist", !listed)
                .addKeyValue("pause", pause)
                .log("etcd watch ended; clients are served from memory meanwhile");
        clock.sleep(pause);
    }

    private void heard() {
        backoff.succeeded();
        cache.followed();
        status = new FeedStatus(true, Optional.of(clock.now()), status.rebuilds(), 0, status.lastError());
    }

    private void failed(String error) {
        cache.lost(clock.monotonicNanos());
        status =
                new FeedStatus(false, status.lastHeard(), status.rebuilds(), status.failures() + 1, Optional.of(error));
    }

    private static void close(AutoCloseable watch) {
        try {
            watch.close();
        } catch (Exception e) {
            LOG.atWarn().setCause(e).log("etcd watch did not close cleanly");
        }
    }

    /** Takes over what the watch brings, until it ends or the agent turns away from it. */
    private final class Following implements WatchListener {
        private final BlockingQueue<End> end = new ArrayBlockingQueue<>(1);
        private List<Event> incomplete = new ArrayList<>();
        private boolean closed;

        @Override
        public boolean neverWaits() {
            return true;
        }

        @Override
        public synchronized void onStarted(long clusterId) {
            if (!closed) {
                heard();
            }
        }

        @Override
        public synchronized void onEvents(List<Event> events, Revision upTo) {
            if (!closed) {
                apply(events, upTo);
                heard();
            }
        }

        /** Passes whole revisions on; the rest of a revision that comes in fragments waits for its end. */
        private void apply(List<Event> events, Revision upTo) {
            if (incomplete.isEmpty() && isWhole(events, upTo)) {
                cache.apply(events, upTo);
                return;
            }
            incomplete.addAll(events);
            if (isWhole(incomplete, upTo)) {
                cache.apply(incomplete, upTo);
                incomplete = new ArrayList<>();
            }
        }

        @Override
        public void onEnd(End why) {
            end.offer(why);
        }

        /** Whatever the watch still brings is dropped; returns when nothing is being applied any more. */
        synchronized void close() {
            closed = true;
        }
    }
}
