package io.clustermesh.apiserver.cache;

import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener.Event;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Keys, listings and events for tests. */
final class Entries {

    static final long CLUSTER = 0x1234_5678_9abcL;

    private Entries() {}

    static KeyValue kv(String key, String value, long revision) {
        return new KeyValue(
                key,
                value.getBytes(StandardCharsets.UTF_8),
                new KeyValue.Version(new Revision(revision), new Revision(revision), 1),
                0);
    }

    static Entry put(String key, String value, long revision) {
        return Entry.of(kv(key, value, revision));
    }

    static Listing listing(long revision, KeyValue... entries) {
        return new Listing(CLUSTER, new Revision(revision), List.of(entries));
    }

    static Event putEvent(String key, String value, long revision) {
        return new Event.Put(kv(key, value, revision));
    }

    static Event deleteEvent(String key, long revision) {
        return new Event.Delete(key, new Revision(revision));
    }

    static void apply(WatchCache cache, Event... events) {
        cache.apply(List.of(events), Revision.NONE);
    }

    static View view(WatchCache cache) {
        return cache.view().orElseThrow();
    }
}
