package io.clustermesh.store.sync;

import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Leases for many keys, at most {@link #KEYS_PER_LEASE} on each, since a put costs etcd more the more keys its lease
 * has (etcd issue 15993). Owned by one thread.
 */
final class LeasePool {

    /** As Cilium's. */
    static final int KEYS_PER_LEASE = 1000;

    private final KvStore store;
    private final Duration ttl;
    private final List<Slot> slots = new ArrayList<>();
    private final Map<Long, Slot> adopted = new HashMap<>();
    private final Set<Long> notAdoptable = new HashSet<>();

    /** A lease and how many keys hang on it. */
    static final class Slot {
        private final Lease lease;
        private int keys;

        private Slot(Lease lease) {
            this.lease = lease;
        }

        Lease lease() {
            return lease;
        }
    }

    LeasePool(KvStore store, Duration ttl) {
        this.store = store;
        this.ttl = ttl;
    }

    /** A place for one more key; grants a lease if all are full. */
    Slot take() {
        for (Slot slot : slots) {
            if (slot.keys < KEYS_PER_LEASE && slot.lease.alive()) {
                slot.keys++;
                return slot;
            }
        }
        Slot slot = new Slot(store.grant(ttl));
        slot.keys = 1;
        slots.add(slot);
        return slot;
    }

    /** The place of a key that an earlier run left on {@code leaseId}; empty if that lease is gone or none. */
    Optional<Slot> adopt(long leaseId) {
        if (leaseId == 0 || notAdoptable.contains(leaseId)) {
            return Optional.empty();
        }
        Slot slot = adopted.get(leaseId);
        if (slot == null) {
            Optional<Lease> lease = store.adopt(leaseId);
            if (lease.isEmpty()) {
                notAdoptable.add(leaseId);
                return Optional.empty();
            }
            slot = new Slot(lease.get());
            adopted.put(leaseId, slot);
            slots.add(slot);
        }
        slot.keys++;
        return Optional.of(slot);
    }

    /** The key left its place. */
    void release(Slot slot) {
        slot.keys--;
    }

    boolean anyDead() {
        return slots.stream().anyMatch(slot -> !slot.lease.alive());
    }

    /** Takes out the leases that died; true if there were any. */
    boolean dropDead() {
        boolean any = false;
        for (Iterator<Slot> i = slots.iterator(); i.hasNext(); ) {
            if (!i.next().lease.alive()) {
                i.remove();
                any = true;
            }
        }
        return any;
    }

    /** Leaves all leases to run out. */
    void abandon() {
        slots.forEach(slot -> slot.lease.abandon());
        slots.clear();
    }
}
