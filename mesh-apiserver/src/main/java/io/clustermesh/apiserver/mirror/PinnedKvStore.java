package io.clustermesh.apiserver.mirror;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.PageListener;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A peer's kvstore that stays with the first history that it met, as Cilium's clients do: once a list shows another
 * {@code cluster_id}, nothing can be read any more and the owner is told to connect anew. An emptied etcd that is still
 * filling would otherwise look as if the peer had deleted everything; connecting anew waits for its canaries.
 */
final class PinnedKvStore implements KvStore {

    private final KvStore store;
    private final Runnable onOtherHistory;
    private Optional<Long> clusterId = Optional.empty();

    PinnedKvStore(KvStore store, Runnable onOtherHistory) {
        this.store = store;
        this.onOtherHistory = onOtherHistory;
    }

    @Override
    public Listing list(KeyRange range) {
        Listing listing = store.list(range);
        check(listing.clusterId());
        return listing;
    }

    @Override
    public Listing scan(KeyRange range, PageListener listener) throws InterruptedException {
        return store.scan(range, new PageListener() {
            @Override
            public void onStart(long seen) {
                check(seen); // before anything of another history is told
                listener.onStart(seen);
            }

            @Override
            public void onPage(List<KeyValue> entries) throws InterruptedException {
                listener.onPage(entries);
            }

            @Override
            public void onTooLarge(String key) {
                listener.onTooLarge(key);
            }
        });
    }

    private void check(long seen) {
        if (!samePin(seen)) {
            onOtherHistory.run();
            throw new StoreException.Unavailable(
                    "the peer's kvstore was replaced (cluster_id is %x now); connecting anew".formatted(seen), null);
        }
    }

    private synchronized boolean samePin(long seen) {
        if (clusterId.isEmpty()) {
            clusterId = Optional.of(seen);
        }
        return clusterId.get() == seen;
    }

    @Override
    public AutoCloseable watch(KeyRange range, Revision from, WatchListener listener) {
        return store.watch(range, from, listener);
    }

    @Override
    public Txn.Outcome commit(Txn txn) {
        throw new UnsupportedOperationException("a peer's kvstore is only read");
    }

    @Override
    public Lease grant(Duration ttl) {
        throw new UnsupportedOperationException("a peer's kvstore is only read");
    }

    @Override
    public Optional<Lease> adopt(long leaseId) {
        throw new UnsupportedOperationException("a peer's kvstore is only read");
    }

    @Override
    public void close() {
        store.close();
    }
}
