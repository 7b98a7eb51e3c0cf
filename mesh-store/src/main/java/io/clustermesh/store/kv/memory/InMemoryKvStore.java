package io.clustermesh.store.kv.memory;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.WatchListener;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The fake that stands for etcd in tests. Thread-safe; each watch has a virtual thread, which it owns.
 *
 * <p>{@code close} ends every watch, but leaves the data, so the object can be used again as "the same etcd after a
 * restart".
 */
public final class InMemoryKvStore implements KvStore {

    private final NavigableMap<String, KeyValue> entries = new TreeMap<>();
    private final NavigableMap<Long, List<WatchListener.Event>> history = new TreeMap<>();
    private final Map<Long, InMemoryLease> leases = new HashMap<>();
    private final List<InMemoryWatch> watches = new ArrayList<>();
    private long clusterId;
    private long revision = 1;
    private long oldest = 1;
    private long lastLease;
    private boolean unreachable;

    /** @param clusterId what it says as its {@code cluster_id} */
    public InMemoryKvStore(long clusterId) {
        this.clusterId = clusterId;
    }

    public InMemoryKvStore() {
        this(1);
    }

    @Override
    public synchronized Listing list(KeyRange range) {
        checkReachable();
        return new Listing(
                clusterId, new Revision(revision), List.copyOf(in(range).values()));
    }

    /** Writes one key; a short form for tests. */
    public Revision put(String key, String value) {
        Txn.Outcome outcome =
                commit(Txn.of(List.of(new Txn.Op.Put(key, value.getBytes(StandardCharsets.UTF_8), Optional.empty()))));
        return ((Txn.Outcome.Applied) outcome).revision();
    }

    /** Deletes one key; a short form for tests. */
    public void delete(String key) {
        commit(Txn.of(List.of(new Txn.Op.Delete(key))));
    }

    @Override
    public synchronized Txn.Outcome commit(Txn txn) {
        checkReachable();
        if (!txn.guards().stream().allMatch(this::holds)) {
            return new Txn.Outcome.Refused(new Revision(revision));
        }
        for (Txn.Op op : txn.operations()) {
            if (op instanceof Txn.Op.Put(String key, byte[] ignored, Optional<Lease> lease)
                    && lease.isPresent()
                    && !leases.containsKey(lease.get().id())) {
                throw new StoreException.Invalid(
                        "put of %s: lease %d is unknown; grant another"
                                .formatted(key, lease.get().id()),
                        null);
            }
        }
        List<WatchListener.Event> events = new ArrayList<>();
        txn.operations().forEach(op -> apply(op, revision + 1, events));
        publish(events);
        return new Txn.Outcome.Applied(new Revision(revision));
    }

    private boolean holds(Txn.Guard guard) {
        return switch (guard) {
            case Txn.Guard.Absent(String key) -> !entries.containsKey(key);
            case Txn.Guard.Present(String key) -> entries.containsKey(key);
            case Txn.Guard.ModifiedAt(String key, Revision at) -> {
                KeyValue entry = entries.get(key);
                yield entry == null
                        ? at.equals(Revision.NONE)
                        : entry.version().modified().equals(at);
            }
            case Txn.Guard.CreatedAt(String key, Revision at) -> {
                KeyValue entry = entries.get(key);
                yield entry != null && entry.version().created().equals(at);
            }
        };
    }

    private void apply(Txn.Op op, long at, List<WatchListener.Event> events) {
        switch (op) {
            case Txn.Op.Put(String key, byte[] value, Optional<Lease> lease) -> {
                KeyValue old = entries.get(key);
                KeyValue.Version version = old == null
                        ? new KeyValue.Version(new Revision(at), new Revision(at), 1)
                        : new KeyValue.Version(
                                old.version().created(),
                                new Revision(at),
                                old.version().count() + 1);
                KeyValue entry = new KeyValue(
                        key, value.clone(), version, lease.map(Lease::id).orElse(0L));
                entries.put(key, entry);
                events.add(new WatchListener.Event.Put(entry));
            }
            case Txn.Op.Delete(String key) -> remove(List.of(key), at, events);
            case Txn.Op.DeletePrefix(String prefix) ->
                remove(List.copyOf(in(KeyRange.prefix(prefix)).keySet()), at, events);
        }
    }

    private void remove(List<String> keys, long at, List<WatchListener.Event> events) {
        for (String key : keys) {
            if (entries.remove(key) != null) {
                events.add(new WatchListener.Event.Delete(key, new Revision(at)));
            }
        }
    }

    private void publish(List<WatchListener.Event> events) {
        if (!events.isEmpty()) {
            revision++;
            history.put(revision, List.copyOf(events));
            notifyAll();
        }
    }

    private NavigableMap<String, KeyValue> in(KeyRange range) {
        return switch (range) {
            case KeyRange.Single(String key) -> entries.subMap(key, true, key, true);
            case KeyRange.Prefix(String prefix) -> entries.subMap(prefix, true, prefix + Character.MAX_VALUE, false);
        };
    }

    @Override
    public synchronized AutoCloseable watch(KeyRange range, Revision from, WatchListener listener) {
        InMemoryWatch watch = new InMemoryWatch(this, range, from, listener);
        if (unreachable) {
            watch.stop(new WatchListener.End.Disconnected(unreachableFault()));
        }
        watches.add(watch);
        watch.start(clusterId);
        return watch;
    }

    /** History from {@code from} on; empty if part of it was compacted. */
    synchronized Optional<NavigableMap<Long, List<WatchListener.Event>>> since(long from) {
        return from < oldest ? Optional.empty() : Optional.of(new TreeMap<>(history.tailMap(from, true)));
    }

    synchronized Revision oldest() {
        return new Revision(oldest);
    }

    synchronized void forget(InMemoryWatch watch) {
        watches.remove(watch);
    }

    @Override
    public synchronized Lease grant(Duration ttl) {
        checkReachable();
        InMemoryLease lease = new InMemoryLease(this, ++lastLease, ttl);
        leases.put(lease.id(), lease);
        return lease;
    }

    @Override
    public synchronized Optional<Lease> adopt(long leaseId) {
        checkReachable();
        InMemoryLease old = leases.get(leaseId);
        if (old == null) {
            return Optional.empty();
        }
        InMemoryLease lease = new InMemoryLease(this, leaseId, old.ttl());
        leases.put(leaseId, lease);
        return Optional.of(lease);
    }

    /** Lets a lease run out: its keys go, and its holder finds it dead. */
    public synchronized void expire(long leaseId) {
        InMemoryLease lease = leases.remove(leaseId);
        if (lease == null) {
            return;
        }
        lease.lost();
        List<WatchListener.Event> events = new ArrayList<>();
        remove(
                entries.values().stream()
                        .filter(entry -> entry.leaseId() == leaseId)
                        .map(KeyValue::key)
                        .toList(),
                revision + 1,
                events);
        publish(events);
    }

    /** Lets every lease run out. */
    public synchronized void expireLeases() {
        List.copyOf(leases.keySet()).forEach(this::expire);
    }

    /** Forgets the history before the present revision; the entries stay. */
    public synchronized void compact() {
        oldest = revision;
        history.headMap(oldest, false).clear();
        notifyAll();
    }

    /** Breaks every watch, as a lost connection does; new ones work. */
    public synchronized void disconnect() {
        endWatches(new WatchListener.End.Disconnected(unreachableFault()));
    }

    /** While unreachable every call fails and watches break. */
    public synchronized void unreachable(boolean now) {
        unreachable = now;
        if (now) {
            disconnect();
        }
    }

    /** Becomes another etcd: nothing in it, revisions from the start, another {@code cluster_id}; watches end. */
    public synchronized void replace(long newClusterId) {
        clusterId = newClusterId;
        entries.clear();
        history.clear();
        leases.values().forEach(InMemoryLease::lost);
        leases.clear();
        revision = 1;
        oldest = 1;
        endWatches(new WatchListener.End.OtherHistory(newClusterId));
    }

    /** Every write and deletion under {@code prefix} that is not compacted, in order: {@code +key} and {@code -key}. */
    public synchronized List<String> history(String prefix) {
        return history.values().stream()
                .flatMap(List::stream)
                .filter(event -> event.key().startsWith(prefix))
                .map(event -> (event instanceof WatchListener.Event.Put ? "+" : "-") + event.key())
                .toList();
    }

    /** Watches open now. */
    public synchronized int watchCount() {
        return watches.size();
    }

    private void endWatches(WatchListener.End end) {
        watches.forEach(watch -> watch.stop(end));
        notifyAll();
    }

    private void checkReachable() {
        if (unreachable) {
            throw unreachableFault();
        }
    }

    private static StoreException unreachableFault() {
        return new StoreException.Unavailable("the store in memory was told to be unreachable", null);
    }

    @Override
    public synchronized void close() {
        endWatches(new WatchListener.End.Closed());
    }
}
