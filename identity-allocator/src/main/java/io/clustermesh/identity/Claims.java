package io.clustermesh.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.clustermesh.model.Keys;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The steps of Cilium's allocator protocol, against the store. Called by the allocator's thread only; every call
 * blocks for a few round trips.
 *
 * <ol>
 *   <li>take the lock of the label set;
 *   <li>if somebody has a slave key for exactly these labels, use its number;
 *   <li>else, if a master key for them was left over, use that number, so that identities survive a restart of
 *       everything; it is written again, which makes a garbage collector that has its eye on it let go;
 *   <li>else write the master key of a free number, without lease, if it is still absent and the lock still ours;
 *   <li>write our slave key on our lease, and give the lock back, in the same transaction.
 * </ol>
 */
final class Claims {

    private final KvStore store;
    private final StoreMutex mutex;
    private final Masters masters;
    private final IdentityPool pool;
    private final String user;

    /** @param user last part of our slave keys, of our own among those who allocate in this store */
    Claims(KvStore store, Masters masters, IdentityPool pool, String user) {
        this.store = store;
        this.mutex = new StoreMutex(store);
        this.masters = masters;
        this.pool = pool;
        this.user = user;
    }

    /** One attempt to get an identity for {@code labels}. */
    Claim attempt(LabelSet labels, Leases.Pair leases) {
        Optional<StoreMutex.Held> lock = mutex.tryAcquire(AllocatorKeys.labelsLock(labels), leases.lock());
        if (lock.isEmpty()) {
            return new Claim.Contended("another allocator holds the lock of these labels");
        }
        StoreMutex.Held held = lock.get();
        boolean released = false;
        try {
            Claim claim = locked(labels, held, leases.keys());
            released = claim instanceof Claim.Allocated;
            return claim;
        } finally {
            if (!released) {
                mutex.release(held);
            }
        }
    }

    private Claim locked(LabelSet labels, StoreMutex.Held held, Lease lease) {
        Optional<NumericIdentity> used = usedByOthers(labels);
        if (used.isPresent()) {
            Optional<KeyValue> master = store.get(Keys.identity(used.get()));
            if (master.isEmpty() || master.get().text().equals(labels.toLabelString())) {
                return take(labels, used.get(), Claim.Way.JOINED, held, lease, master);
            }
        }
        Optional<NumericIdentity> left = masters.find(labels.toLabelString());
        if (left.isPresent()) {
            Optional<KeyValue> master = store.get(Keys.identity(left.get()));
            if (master.isPresent() && master.get().text().equals(labels.toLabelString())) {
                return take(labels, left.get(), Claim.Way.REVIVED, held, lease, master);
            }
        }
        return pool.pick(masters::isTaken)
                .map(free -> take(labels, free, Claim.Way.CREATED, held, lease, Optional.empty()))
                .orElseGet(() -> new Claim.Exhausted(
                        "all %d identities from %s to %s are in use; remove workloads with labels of their own, or keep labels that differ from pod to pod out of identities"
                                .formatted(
                                        pool.size(),
                                        pool.range().first(),
                                        pool.range().last())));
    }

    private Optional<NumericIdentity> usedByOthers(LabelSet labels) {
        return store.list(KeyRange.prefix(AllocatorKeys.slaves(labels))).entries().stream()
                .filter(entry -> AllocatorKeys.isSlave(entry.key(), labels))
                .flatMap(entry -> AllocatorKeys.number(entry.text()).stream())
                .filter(pool.range()::contains)
                .findFirst();
    }

    private Claim take(
            LabelSet labels,
            NumericIdentity identity,
            Claim.Way way,
            StoreMutex.Held held,
            Lease lease,
            Optional<KeyValue> master) {
        String masterKey = Keys.identity(identity);
        Txn.Guard asSeen = master.<Txn.Guard>map(entry ->
                        new Txn.Guard.ModifiedAt(masterKey, entry.version().modified()))
                .orElseGet(() -> new Txn.Guard.Absent(masterKey));
        List<Txn.Op> writes = new ArrayList<>();
        if (way == Claim.Way.REVIVED || master.isEmpty()) {
            writes.add(new Txn.Op.Put(masterKey, labels.toLabelString().getBytes(UTF_8), Optional.empty()));
        }
        writes.add(slave(labels, identity, lease));
        writes.add(held.release());
        return switch (store.commit(new Txn(List.of(held.stillOwned(), asSeen), writes))) {
            case Txn.Outcome.Applied ignored -> new Claim.Allocated(identity, way);
            case Txn.Outcome.Refused ignored ->
                new Claim.Contended("somebody else took identity %s, or our lock, in between".formatted(identity));
        };
    }

    private Txn.Op slave(LabelSet labels, NumericIdentity identity, Lease lease) {
        return new Txn.Op.Put(
                AllocatorKeys.slave(labels, user), identity.toString().getBytes(UTF_8), Optional.of(lease));
    }

    /** Writes our slave key again, whatever became of it. */
    void refreshSlave(LabelSet labels, NumericIdentity identity, Leases.Pair leases) {
        store.commit(Txn.of(List.of(slave(labels, identity, leases.keys()))));
    }

    /** Removes our slave key; the master key stays for the garbage collector. */
    void release(LabelSet labels) {
        store.commit(Txn.of(List.of(new Txn.Op.Delete(AllocatorKeys.slave(labels, user)))));
    }

    /**
     * Writes a master key that vanished while we use it.
     *
     * @return false if the number means something else by now
     */
    boolean restoreMaster(LabelSet labels, NumericIdentity identity) {
        String key = Keys.identity(identity);
        byte[] value = labels.toLabelString().getBytes(UTF_8);
        return switch (store.commit(
                new Txn(List.of(new Txn.Guard.Absent(key)), List.of(new Txn.Op.Put(key, value, Optional.empty()))))) {
            case Txn.Outcome.Applied ignored -> true;
            case Txn.Outcome.Refused ignored ->
                store.get(key)
                        .map(entry -> entry.text().equals(labels.toLabelString()))
                        .orElse(false);
        };
    }
}
