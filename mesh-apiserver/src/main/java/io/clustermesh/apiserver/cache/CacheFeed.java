package io.clustermesh.apiserver.cache;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Mailbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * <p>The agent's thread is the cache's only writer. The watch's own thread hands changes over through a bounded
 * mailbox, which holds etcd back if the agent can't follow.
 */
public final class CacheFeed implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(CacheFeed.class);
    private static final KeyRange EVERYTHING = KeyRange.prefix("");
    private static final int MAILBOX = 256;
    private static final Duration IDLE = Duration.ofSeconds(1);

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

    private sealed interface Message {
        record Started() implements Message {}

        record Events(List<WatchListener.Event> events, Revision upTo) implements Message {}

        record Ended(WatchListener.End end) implements Message {}
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
        Mail mail = new Mail();
        AutoCloseable watch = store.watch(EVERYTHING, next, mail);
        try {
            Optional<WatchListener.End> end = Optional.empty();
            while (end.isEmpty()) {
                end = take(mail);
            }
            ended(end.get());
        } finally {
            mail.close();
            close(watch);
        }
    }

    private Optional<WatchListener.End> take(Mail mail) throws InterruptedException {
        Optional<Message> message = mail.box.poll(IDLE);
        if (message.isEmpty()) {
            return Optional.empty();
        }
        return switch (message.get()) {
            case Message.Ended(WatchListener.End end) -> Optional.of(end);
            case Message.Started _ -> {
                heard();
                yield Optional.empty();
            }
            case Message.Events(List<WatchListener.Event> events, Revision upTo) -> {
                apply(mail, events, upTo);
                heard();
                yield Optional.empty();
            }
        };
    }

    /** Passes whole revisions on; the rest of a revision that comes in fragments waits for its end. */
    private void apply(Mail mail, List<WatchListener.Event> events, Revision upTo) {
        if (mail.incomplete.isEmpty() && isWhole(events, upTo)) {
            cache.apply(events, upTo);
            return;
        }
        mail.incomplete.addAll(events);
        if (isWhole(mail.incomplete, upTo)) {
            cache.apply(mail.incomplete, upTo);
            mail.incomplete = new ArrayList<>();
        }
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

    /** Between the watch's thread and ours. */
    private static final class Mail implements WatchListener {
        private final Mailbox<Message> box = new Mailbox<>(MAILBOX);
        private List<Event> incomplete = new ArrayList<>();
        private volatile boolean closed;

        @Override
        public void onStarted(long clusterId) {
            hand(new Message.Started());
        }

        @Override
        public void onEvents(List<Event> events, Revision upTo) {
            hand(new Message.Events(events, upTo));
        }

        @Override
        public void onEnd(End end) {
            hand(new Message.Ended(end));
        }

        private void hand(Message message) {
            if (closed) {
                return;
            }
            try {
                box.put(message);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Lets a watch thread that waits for room go on; what it still brings is dropped. */
        void close() throws InterruptedException {
            closed = true;
            box.pollAll(Duration.ZERO, MAILBOX);
        }
    }
}
