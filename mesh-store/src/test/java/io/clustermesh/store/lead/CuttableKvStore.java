package io.clustermesh.store.lead;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One client's view of a store in memory; once cut, its calls fail and its leases run out, in etcd's order of things. */
final class CuttableKvStore implements KvStore {

    private final InMemoryKvStore store;
    private final Clock clock;
    private final List<Timed> leases = new ArrayList<>();
    private final List<AutoCloseable> watches = new ArrayList<>();
    private volatile boolean cut;
    private volatile long cutNanos;

    CuttableKvStore(InMemoryKvStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** A lease that is renewed as long as the wire is whole. */
    private final class Timed implements Lease {
        private final Lease lease;

        Timed(Lease lease) {
            this.lease = lease;
        }

        @Override
        public long id() {
            return lease.id();
        }

        @Override
        public Duration ttl() {
            return lease.ttl();
        }

        @Override
        public boolean alive() {
            return !remaining().isZero();
        }

        @Override
        public Duration remaining() {
            if (!lease.alive()) {
                return Duration.ZERO;
            }
            long left = ttl().toNanos() - (cut ? clock.monotonicNanos() - cutNanos : 0);
            return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
        }

        @Override
        public void abandon() {
            lease.abandon();
        }

        @Override
        public void close() {
            if (cut) {
                lease.abandon();
            } else {
                lease.close();
            }
        }
    }

    synchronized void cut() {
        cutNanos = clock.monotonicNanos();
        cut = true;
        watches.forEach(watch -> {
            try {
                watch.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        watches.clear();
        for (Timed lease : leases) {
            Worker.start("expiry", () -> {
                clock.sleep(lease.ttl());
                store.expire(lease.id());
            });
        }
        leases.clear();
    }

    void mend() {
        cut = false;
    }

    private void check() {
        if (cut) {
            throw new StoreException.Unavailable("the wire is cut", null);
        }
    }

    @Override
    public Listing list(KeyRange range) {
        check();
        return store.list(range);
    }

    @Override
    public Txn.Outcome commit(Txn txn) {
        check();
        return store.commit(txn);
    }

    @Override
    public synchronized AutoCloseable watch(KeyRange range, Revision from, WatchListener listener) {
        if (cut) {
            Worker.start(
                    "refused",
                    () -> listener.onEnd(new WatchListener.End.Disconnected(
                            new StoreException.Unavailable("the wire is cut", null))));
            return () -> {};
        }
        AutoCloseable watch = store.watch(range, from, listener);
        watches.add(watch);
        return watch;
    }

    @Override
    public synchronized Lease grant(Duration ttl) {
        check();
        Timed lease = new Timed(store.grant(ttl));
        leases.add(lease);
        return lease;
    }

    @Override
    public Optional<Lease> adopt(long leaseId) {
        check();
        return store.adopt(leaseId);
    }

    @Override
    public void close() {}
}
