package io.clustermesh.identity;

import io.clustermesh.model.Keys;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes master keys that nobody uses, in two rounds: the first notes those without any slave key, the next removes
 * those that are still without and were not written in between. So a number that somebody is just about to use is left
 * alone. Called by the allocator's thread only.
 */
final class GarbageCollector {

    /** A round removes no more, so that a mistake stays small and the store is not flooded. */
    private static final int MAX_REMOVALS = 100;

    private final KvStore store;
    private final StoreMutex mutex;
    private final Masters masters;
    private Map<NumericIdentity, Revision> candidates = Map.of();

    GarbageCollector(KvStore store, Masters masters) {
        this.store = store;
        this.mutex = new StoreMutex(store);
        this.masters = masters;
    }

    /** One round; tells which identities were removed. */
    List<NumericIdentity> round(Leases.Pair leases) {
        Map<NumericIdentity, Masters.Master> present = new HashMap<>(masters.all());
        Set<NumericIdentity> used = used();
        Map<NumericIdentity, Revision> unused = new HashMap<>();
        List<NumericIdentity> removed = new ArrayList<>();
        present.forEach((identity, master) -> {
            if (master.leased() || used.contains(identity)) {
                return;
            }
            if (master.modified().equals(candidates.get(identity)) && removed.size() < MAX_REMOVALS) {
                if (remove(identity, master.modified(), leases)) {
                    removed.add(identity);
                }
            } else {
                unused.put(identity, master.modified());
            }
        });
        candidates = unused;
        return removed;
    }

    private Set<NumericIdentity> used() {
        Set<NumericIdentity> used = new HashSet<>();
        store.list(KeyRange.prefix(Keys.IDENTITY_VALUES))
                .entries()
                .forEach(entry -> AllocatorKeys.number(entry.text()).ifPresent(used::add));
        return used;
    }

    private boolean remove(NumericIdentity identity, Revision unchangedSince, Leases.Pair leases) {
        Optional<StoreMutex.Held> lock = mutex.tryAcquire(AllocatorKeys.identityLock(identity), leases.lock());
        if (lock.isEmpty()) {
            return false;
        }
        StoreMutex.Held held = lock.get();
        String key = Keys.identity(identity);
        Txn.Outcome outcome = store.commit(new Txn(
                List.of(held.stillOwned(), new Txn.Guard.ModifiedAt(key, unchangedSince)),
                List.of(new Txn.Op.Delete(key), held.release())));
        if (outcome instanceof Txn.Outcome.Refused) {
            mutex.release(held);
            return false;
        }
        return true;
    }
}
