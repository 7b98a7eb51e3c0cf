package io.clustermesh.store.kv.memory;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.runtime.Worker;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One watch: a virtual thread that reads the store's history at its listener's pace. */
final class InMemoryWatch implements AutoCloseable {

    private final InMemoryKvStore store;
    private final KeyRange range;
    private final WatchListener listener;
    private long next;
    private volatile WatchListener.@Nullable End end;

    InMemoryWatch(InMemoryKvStore store, KeyRange range, Revision from, WatchListener listener) {
        this.store = store;
        this.range = range;
        this.next = Math.max(1, from.value());
        this.listener = listener;
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    void start(long clusterId) {
        Worker.start("memory-watch", () -> {
            if (end == null) {
                listener.onStarted(clusterId);
            }
            listener.onEnd(loop());
        });
    }

    private WatchListener.End loop() throws InterruptedException {
        try {
            while (true) {
                WatchListener.End reason = end;
                if (reason != null) {
                    return reason;
                }
                Optional<NavigableMap<Long, List<WatchListener.Event>>> news = await();
                if (news.isEmpty()) {
                    return new WatchListener.End.Compacted(store.oldest());
                }
                deliver(news.get());
            }
        } finally {
            store.forget(this);
        }
    }

    private Optional<NavigableMap<Long, List<WatchListener.Event>>> await() throws InterruptedException {
        synchronized (store) {
            while (true) {
                Optional<NavigableMap<Long, List<WatchListener.Event>>> news = store.since(next);
                if (news.isEmpty() || !news.get().isEmpty() || end != null) {
                    return news;
                }
                store.wait();
            }
        }
    }

    private void deliver(NavigableMap<Long, List<WatchListener.Event>> news) {
        if (news.isEmpty()) {
            return;
        }
        List<WatchListener.Event> events = news.values().stream()
                .flatMap(List::stream)
                .filter(event -> covers(event.key()))
                .toList();
        if (!events.isEmpty() && end == null) {
            listener.onEvents(events, new Revision(news.lastKey()));
        }
        next = news.lastKey() + 1;
    }

    private boolean covers(String key) {
        return switch (range) {
            case KeyRange.Single(String only) -> key.equals(only);
            case KeyRange.Prefix(String prefix) -> key.startsWith(prefix);
        };
    }

    /** The first reason counts. */
    void stop(WatchListener.End reason) {
        synchronized (store) {
            if (end == null) {
                end = reason;
            }
            store.notifyAll();
        }
    }

    @Override
    public void close() {
        stop(new WatchListener.End.Closed());
    }
}
