package io.clustermesh.store.sync;

import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.runtime.Worker;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Leases for many keys, at most {@link #KEYS_PER_LEASE} on each, since a put costs etcd more the more keys its lease
 * has (etcd issue 15993). Owned by one thread; while a lease fills up, another thread asks for the next one.
 */
final class LeasePool {

    /** As Cilium's. */
    static final int KEYS_PER_LEASE = 1000;

    private final KvStore store;
    private final Duration ttl;
    private final Map<Long, Slot> slots = new HashMap<>();
    private final Set<Long> notAdoptable = new HashSet<>();
    private final AtomicReference<@Nullable Lease> spare = new AtomicReference<>();
    private @Nullable Worker granting;
    private @Nullable Slot open;

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

        boolean hasRoom() {
            return keys < KEYS_PER_LEASE && lease.alive();
        }
    }

    LeasePool(KvStore store, Duration ttl) {
        this.store = store;
        this.ttl = ttl;
    }

    /** A place for one more key; grants a lease if all are full. */
    Slot take() {
        Slot slot = open;
        if (slot == null || !slot.hasRoom()) {
            slot = slots.values().stream().filter(Slot::hasRoom).findFirst().orElseGet(this::grant);
            open = slot;
        }
        slot.keys++;
        if (slot.keys == KEYS_PER_LEASE / 2) {
            grantAhead();
        }
        return slot;
    }

    private Slot grant() {
        Lease ready = spare.getAndSet(null);
        return add(ready != null && ready.alive() ? ready : store.grant(ttl));
    }

    private void grantAhead() {
        Worker before = granting;
        if (spare.get() == null && (before == null || !before.running())) {
            granting = Worker.start("lease-ahead", () -> {
                try {
                    spare.set(store.grant(ttl));
                } catch (StoreException e) {
                    // whoever needs it asks again, and hears why not
                }
            });
        }
    }

    private Slot add(Lease lease) {
        Slot slot = new Slot(lease);
        slots.put(lease.id(), slot);
        return slot;
    }

    /** The keys are about to be counted anew, by {@link #adopt}. */
    void recount() {
        slots.values().forEach(slot -> slot.keys = 0);
    }

    /** The place of a key that is on {@code leaseId}, be it ours or an earlier run's; empty if that is gone or none. */
    Optional<Slot> adopt(long leaseId) {
        if (leaseId == 0 || notAdoptable.contains(leaseId)) {
            return Optional.empty();
        }
        Slot slot = slots.get(leaseId);
        if (slot == null) {
            Optional<Lease> lease = store.adopt(leaseId);
            if (lease.isEmpty()) {
                notAdoptable.add(leaseId);
                return Optional.empty();
            }
            slot = add(lease.get());
        }
        slot.keys++;
        return Optional.of(slot);
    }

    /** The key left its place. */
    void release(Slot slot) {
        slot.keys--;
    }

    boolean anyDead() {
        return slots.values().stream().anyMatch(slot -> !slot.lease.alive());
    }

    /** Takes out the leases that died; true if there were any. */
    boolean dropDead() {
        return slots.values().removeIf(slot -> !slot.lease.alive());
    }

    /** Leaves all leases to run out. */
    void abandon() {
        Worker ahead = granting;
        if (ahead != null) {
            ahead.close();
        }
        Lease ready = spare.getAndSet(null);
        if (ready != null) {
            ready.abandon();
        }
        slots.values().forEach(slot -> slot.lease.abandon());
        slots.clear();
        open = null;
    }
}
