package io.clustermesh.store.sync;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the consumer has been told: each key with the revision of its value, so that nothing is told twice and what
 * vanished while nobody watched is found. Owned by the reflector's thread.
 */
final class Known {

    private final KeyRange range;
    private final Map<String, Mark> keys = new HashMap<>();
    private long round;

    /** A key's last revision, and the last list that had it. */
    private static final class Mark {
        private long revision;
        private long round;
    }

    Known(KeyRange range) {
        this.range = range;
    }

    /** A list begins; {@code sameHistory} if revisions known from before still mean something. */
    void listing(boolean sameHistory) {
        round++;
        if (!sameHistory) {
            keys.values().forEach(mark -> mark.revision = -1);
        }
    }

    /** Part of a list; adds what is news to {@code changes}. */
    void listed(List<KeyValue> entries, List<Change> changes) {
        for (KeyValue entry : entries) {
            if (news(entry)) {
                changes.add(new Change.Upsert(entry));
            }
        }
    }

    /** The list is complete: what it did not have is gone. */
    List<Change> vanished() {
        List<Change> changes = new ArrayList<>();
        keys.entrySet().removeIf(entry -> {
            boolean gone = entry.getValue().round != round;
            if (gone) {
                changes.add(new Change.Delete(entry.getKey()));
            }
            return gone;
        });
        return changes;
    }

    private boolean news(KeyValue entry) {
        long revision = entry.version().modified().value();
        Mark mark = keys.get(entry.key());
        if (mark == null) {
            mark = new Mark();
            mark.revision = -1;
            keys.put(entry.key(), mark);
        }
        boolean news = mark.revision != revision;
        mark.revision = revision;
        mark.round = round;
        return news;
    }

    /**
     * Events of a watch.
     *
     * @param seen everything up to here was told already
     * @throws IllegalStateException if they are none that this watch may bring
     */
    List<Change> changed(List<WatchListener.Event> events, Revision seen) {
        List<Change> changes = new ArrayList<>(events.size());
        long last = 0;
        for (WatchListener.Event event : events) {
            long at = switch (event) {
                case WatchListener.Event.Put(KeyValue entry) ->
                    entry.version().modified().value();
                case WatchListener.Event.Delete(String ignored, Revision revision) -> revision.value();
            };
            if (!range.covers(event.key())) {
                throw new IllegalStateException(
                        "the server sent an event of key %.100s, which was not asked for".formatted(event.key()));
            }
            if (at < last) {
                throw new IllegalStateException(
                        "the server sent an event of revision %d after one of %d".formatted(at, last));
            }
            last = at;
            if (at <= seen.value()) {
                continue; // a watch that resumes inside a revision brings some again
            }
            switch (event) {
                case WatchListener.Event.Put(KeyValue entry) -> {
                    if (news(entry)) {
                        changes.add(new Change.Upsert(entry));
                    }
                }
                case WatchListener.Event.Delete(String key, Revision ignored) -> {
                    if (keys.remove(key) != null) {
                        changes.add(new Change.Delete(key));
                    }
                }
            }
        }
        return changes;
    }
}
