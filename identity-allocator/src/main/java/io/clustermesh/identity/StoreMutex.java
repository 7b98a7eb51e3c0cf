package io.clustermesh.identity;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * etcd's mutex as its Go client has it ({@code client/v3/concurrency/mutex.go}): every contender puts {@code <path>/<its
 * lease in hex>} on its lease, and the key that was created first owns the lock. It never waits: whoever does not own
 * the lock at once gives up its place and tries again later, since one thread serves many label sets.
 */
final class StoreMutex {

    private static final byte[] EMPTY = {};

    private final KvStore store;

    StoreMutex(KvStore store) {
        this.store = store;
    }

    /**
     * A lock that we hold.
     *
     * @param key our key
     * @param created when it was created
     */
    record Held(String key, Revision created) {

        /** Holds as long as nobody took the lock away; the key is written once, so its last write is its creation. */
        Txn.Guard stillOwned() {
            return new Txn.Guard.ModifiedAt(key, created);
        }

        /** Gives the lock back. */
        Txn.Op release() {
            return new Txn.Op.Delete(key);
        }
    }

    /** The lock, or empty if another contender has it. */
    Optional<Held> tryAcquire(String path, Lease lease) {
        String key = path + "/" + Long.toHexString(lease.id());
        store.commit(
                new Txn(List.of(new Txn.Guard.Absent(key)), List.of(new Txn.Op.Put(key, EMPTY, Optional.of(lease)))));
        Optional<KeyValue> owner = store.list(KeyRange.prefix(path + "/")).entries().stream()
                .min(Comparator.comparing(entry -> entry.version().created()));
        if (owner.isPresent() && owner.get().key().equals(key)) {
            return Optional.of(new Held(key, owner.get().version().created()));
        }
        release(key);
        return Optional.empty();
    }

    void release(Held held) {
        release(held.key());
    }

    private void release(String key) {
        store.commit(Txn.of(List.of(new Txn.Op.Delete(key))));
    }
}
