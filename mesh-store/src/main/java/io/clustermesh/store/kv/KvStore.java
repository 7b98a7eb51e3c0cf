package io.clustermesh.store.kv;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A kvstore in etcd's sense. Implementations are thread-safe; calls block until the answer or the store's deadline.
 *
 * <p>Faults are {@link StoreException}s, which say what to do: retry, or give up.
 */
public interface KvStore extends AutoCloseable {

    /** All keys of {@code range} at one revision, read page by page. */
    Listing list(KeyRange range);

    /**
     * As {@link #list}, but hands over each page as it comes, so that a range of any size passes through bounded memory
     * while the next page is already on its way.
     *
     * @return which history and revision it was; without entries
     */
    default Listing scan(KeyRange range, PageListener listener) throws InterruptedException {
        Listing listing = list(range);
        listener.onStart(listing.clusterId());
        listener.onPage(listing.entries());
        return new Listing(listing.clusterId(), listing.revision(), List.of());
    }

    /**
     * All keys of {@code range} as they were at {@code at}.
     *
     * @return empty if that revision has been compacted or has not happened, or if this store can't read the past
     */
    default Optional<Listing> listAt(KeyRange range, Revision at) {
        return Optional.empty();
    }

    /**
     * As {@link #listAt}, page by page as {@link #scan} does.
     *
     * @return which history and revision it was, without entries; empty as {@link #listAt} says, when the listener may
     *     have heard the beginning
     */
    default Optional<Listing> scanAt(KeyRange range, Revision at, PageListener listener) throws InterruptedException {
        Optional<Listing> listing = listAt(range, at);
        if (listing.isPresent()) {
            listener.onStart(listing.get().clusterId());
            listener.onPage(listing.get().entries());
        }
        return listing.map(all -> new Listing(all.clusterId(), all.revision(), List.of()));
    }

    /**
     * How many keys {@code range} had at {@code at}, or has now for {@link Revision#NONE}.
     *
     * @return empty as {@link #listAt} says
     */
    default OptionalLong countAt(KeyRange range, Revision at) {
        Optional<Listing> listing = at.equals(Revision.NONE) ? Optional.of(list(range)) : listAt(range, at);
        return listing.map(all -> OptionalLong.of(all.entries().size())).orElse(OptionalLong.empty());
    }

    /** One key. */
    default Optional<KeyValue> get(String key) {
        return list(KeyRange.key(key)).entries().stream().findFirst();
    }

    /** All of {@code txn} at one revision, or nothing. */
    Txn.Outcome commit(Txn txn);

    /**
     * Watches from {@code from} on; use {@link Listing#revision()}{@code .next()} to miss nothing. Never throws for
     * want of a server: the listener is told.
     *
     * @return closes the watch
     */
    AutoCloseable watch(KeyRange range, Revision from, WatchListener listener);

    /** A new lease, kept alive in the background. */
    Lease grant(Duration ttl);

    /**
     * Takes over a lease that an earlier run of this process left behind, so that keys on it need no rewriting.
     *
     * @return empty if the lease is gone
     */
    Optional<Lease> adopt(long leaseId);

    @Override
    void close();
}
