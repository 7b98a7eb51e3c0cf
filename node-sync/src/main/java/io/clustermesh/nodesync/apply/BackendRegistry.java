package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The backend array: which index an address has, who uses it and what was written. An address of a cluster keeps its
 * index for as long as any frontend uses it. Owned by the agent's thread.
 *
 * <p>A backend is as available as its best user says: Services may disagree for a moment while a pod ends, and a table
 * that has other backends leaves the pod out anyway. Without users it is terminating until it is swept.
 */
final class BackendRegistry {

    /** What an entry is known by. */
    record Key(IpAddress ip, L4 l4, int clusterId) {

        // by hand for the reason that IpAddress gives
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that && ip.equals(that.ip) && clusterId == that.clusterId && l4.equals(that.l4);
        }

        @Override
        public int hashCode() {
            return (ip.hashCode() * 31 + l4.hashCode()) * 31 + clusterId;
        }
    }

    /** An entry of the array. Its identity is the entry's. */
    static final class Backend {
        private final Key key;
        private final int index;
        private int activeUsers;
        private int otherUsers;
        private BackendEntry.@Nullable State written;

        private Backend(Key key, int index) {
            this.key = key;
            this.index = index;
        }

        Key key() {
            return key;
        }

        int index() {
            return index;
        }

        private boolean unused() {
            return activeUsers + otherUsers == 0;
        }

        private BackendEntry.State state() {
            return activeUsers > 0 ? BackendEntry.State.ACTIVE : BackendEntry.State.TERMINATING;
        }
    }

    private final ServiceTables tables;
    private final NumberPool indexes;
    private final Map<Key, Backend> backends = new HashMap<>();
    private final List<Backend> idle = new ArrayList<>();

    BackendRegistry(ServiceTables tables, Duration rest, Clock clock) {
        this.tables = tables;
        this.indexes = new NumberPool(1, tables.capacity().backends() - 1, rest, clock);
    }

    /** Takes over an entry found in the array. Of two entries for one address the first stays, the other is cleared. */
    void adopt(int index, BackendEntry entry) {
        indexes.reserve(index);
        Key key = new Key(entry.ip(), entry.l4(), entry.clusterId());
        Backend backend = new Backend(key, index);
        backend.written = entry.state();
        backends.putIfAbsent(key, backend);
        idle.add(backend);
    }

    /** The entry at an address, if it has one. */
    Optional<Backend> find(Key key) {
        return Optional.ofNullable(backends.get(key));
    }

    /** Counts a user, giving the address an index if it has none; empty if the array is full. Writes nothing. */
    Optional<Backend> retain(Key key, BackendEntry.State state) {
        Backend backend = backends.get(key);
        if (backend == null) {
            OptionalInt index = indexes.take();
            if (index.isEmpty()) {
                return Optional.empty();
            }
            backend = new Backend(key, index.getAsInt());
            backends.put(key, backend);
        }
        count(backend, state, 1);
        return Optional.of(backend);
    }

    /** Counts a user off; without users the entry stays until {@link #sweep}. Writes nothing. */
    void release(Backend backend, BackendEntry.State state) {
        count(backend, state, -1);
        if (backend.unused()) {
            idle.add(backend);
        }
    }

    /** A user changes its mind about the state. Writes nothing. */
    void change(Backend backend, BackendEntry.State from, BackendEntry.State to) {
        count(backend, from, -1);
        count(backend, to, 1);
    }

    /** Brings the entry in the array up to date: all of it the first time, later the state byte. */
    void write(Backend backend) {
        BackendEntry.State state = backend.state();
        if (backend.written == null) {
            Key key = backend.key;
            tables.putBackend(backend.index, new BackendEntry(key.ip(), key.l4(), key.clusterId(), state));
        } else if (backend.written != state) {
            tables.setBackendState(backend.index, state);
        }
        backend.written = state;
    }

    /** Clears the entries that nobody uses; call it when no table holds them any more. */
    int sweep() {
        int cleared = 0;
        List<Backend> candidates = List.copyOf(idle);
        idle.clear();
        for (Backend backend : candidates) {
            boolean known = backends.get(backend.key) == backend;
            if (!backend.unused() || (!known && backend.written == null)) {
                continue;
            }
            if (known) {
                backends.remove(backend.key);
            }
            if (backend.written != null) {
                tables.removeBackend(backend.index);
                backend.written = null;
            }
            indexes.release(backend.index);
            cleared++;
        }
        return cleared;
    }

    int inUse() {
        return indexes.inUse();
    }

    private static void count(Backend backend, BackendEntry.State state, int by) {
        if (state == BackendEntry.State.ACTIVE) {
            backend.activeUsers += by;
        } else {
            backend.otherUsers += by;
        }
    }
}
