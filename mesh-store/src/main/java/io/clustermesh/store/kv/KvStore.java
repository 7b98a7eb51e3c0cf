package io.clustermesh.store.kv;

import java.time.Duration;
import java.util.Optional;

/**
 * A kvstore in etcd's sense. Implementations are thread-safe; calls block until the answer or the store's deadline.
 *
 * <p>Faults are {@link StoreException}s, which say what to do: retry, or give up.
 */
public interface KvStore extends AutoCloseable {

    /** All keys of {@code range} at one revision, read page by page. */
    Listing list(KeyRange range);

    /** One key. */
    default Optional<KeyValue> get(String key) {
        return list(KeyRange.key(key)).entries().stream().findFirst();
    }

    Txn.Outcome commit(Txn txn);

    /**
     * Watches from {@code from} on; use {@link Listing#revision()}{@code .next()} to miss nothing.
     *
     * @return closes the watch
     */
    AutoCloseable watch(KeyRange range, Revision from, WatchListener listener);

    /** A new lease, kept alive in the background. */
    Lease grant(Duration ttl);

    @Override
    void close();
}
