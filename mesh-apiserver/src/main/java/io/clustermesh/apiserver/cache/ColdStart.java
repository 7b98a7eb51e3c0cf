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
    private static final long NEW_KEYS = 5_000;

    /** Counts of all keys, which cost etcd time for each key; a dozen lead to within half of {@link #NEW_KEYS}. */
    private static final int COUNTS = 12;

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
        if (present.value() <= 1) {
            return Optional.empty();
        }
        long oldest = oldestReadable(store, present, Math.max(1, present.value() - revisions));
        long now = store.countAt(range, Revision.NONE).orElse(0);
        return worthwhile(store, range, now, oldest, present.value());
    }

    /** From {@code wanted} on, by halves; often nothing has been compacted, and the first try is the answer. */
    private static long oldestReadable(KvStore store, Revision present, long wanted) {
        long unreadable = wanted - 1;
        long readable = present.value();
        long tried = wanted;
        while (readable - unreadable > 1) {
            if (store.countAt(NOTHING, new Revision(tried)).isPresent()) {
                readable = tried;
            } else {
                unreadable = tried;
            }
            tried = unreadable + (readable - unreadable) / 2;
        }
        return readable;
    }

    /** The oldest revision from {@code oldest} on with few keys less than now, about: keys come evenly, more or less. */
    private static Optional<Revision> worthwhile(KvStore store, KeyRange range, long now, long oldest, long present) {
        long tooOld = oldest - 1;
        long good = present;
        long tried = oldest;
        for (int counts = 0; good - tooOld > 1 && counts < COUNTS; counts++) {
            OptionalLong then = store.countAt(range, new Revision(tried));
            long more = then.isPresent() ? now - then.getAsLong() : Long.MAX_VALUE;
            if (more <= NEW_KEYS) {
                good = tried;
                if (tried == oldest || more >= NEW_KEYS / 2) {
                    break;
                }
                tried = tooOld + (good - tooOld) / 2;
            } else {
                tooOld = tried;
                double evenly = (good - tried) * (NEW_KEYS * 0.75 / more);
                tried = Math.clamp(good - Math.round(evenly), tooOld + 1, Math.max(tooOld + 1, good - 1));
            }
        }
        return good == present ? Optional.empty() : Optional.of(new Revision(good));
    }
}
