package io.clustermesh.apiserver.cache;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a replica without history reads first: etcd as it was some thousand revisions ago. The watch then brings what
 * happened since, and that becomes the history, so that a client of another replica comes here with its revision and
 * goes on.
 *
 * <p>How far back etcd can be read only trying tells: a compacted revision is refused, with no word on which is not.
 *
 * @param past which history and revision to begin with; without entries
 * @param entries the keys then, sorted
 * @param present etcd's revision now; before it nothing should be shown
 */
record ColdStart(Listing past, List<Entry> entries, Revision present) {

    /** etcd sends a watch that catches up 1,000 revisions each 100 ms, so this is a second of the start. */
    static final int REVISIONS = 10_000;

    /**
     * Keys that the watch may bring on top of the listing: a list is several times cheaper than a watch that catches up, so
     * after a mass of writes the past begins behind them.
     */
    private static final long NEW_KEYS = 20_000;

    /** A key that says nothing; only the newest revision is asked. */
    private static final KeyRange NOTHING = KeyRange.key("clustermesh/none");

    /** @param revisions how far back it should reach */
    static ColdStart read(KvStore store, KeyRange range, int revisions) throws InterruptedException {
        Revision present = store.list(NOTHING).revision();
        Loading loading = new Loading();
        Optional<Revision> oldest = oldestWorthwhile(store, range, present, revisions);
        if (oldest.isPresent()) {
            Optional<Listing> past = store.scanAt(range, oldest.get(), loading);
            if (past.isPresent()) {
                return new ColdStart(past.get(), loading.entries(), present);
            }
        }
        Listing now = store.scan(range, loading);
        return new ColdStart(now, loading.entries(), now.revision());
    }

    private static Optional<Revision> oldestWorthwhile(KvStore store, KeyRange range, Revision present, int revisions) {
        long now = store.countAt(range, Revision.NONE).orElse(0);
        long unreadable = Math.max(1, present.value() - revisions) - 1;
        long readable = present.value();
        // the first try is the oldest wanted, for often nothing has been compacted; then halves, a dozen at most
        long tried = unreadable + 1;
        while (readable - unreadable > 1) {
            OptionalLong then = store.countAt(range, new Revision(tried));
            if (then.isPresent() && now - then.getAsLong() <= NEW_KEYS) {
                readable = tried;
            } else {
                unreadable = tried;
            }
            tried = unreadable + (readable - unreadable) / 2;
        }
        return readable == present.value() ? Optional.empty() : Optional.of(new Revision(readable));
    }
}
