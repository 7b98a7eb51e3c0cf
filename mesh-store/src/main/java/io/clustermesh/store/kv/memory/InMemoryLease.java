package io.clustermesh.store.kv.memory;

import io.clustermesh.store.kv.Lease;
import java.time.Duration;

/** A lease that lives until it is closed or {@linkplain InMemoryKvStore#expire told to run out}. */
final class InMemoryLease implements Lease {

    private final InMemoryKvStore store;
    private final long id;
    private final Duration ttl;
    private volatile boolean alive = true;

    InMemoryLease(InMemoryKvStore store, long id, Duration ttl) {
        this.store = store;
        this.id = id;
        this.ttl = ttl;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Duration ttl() {
        return ttl;
    }

    @Override
    public boolean alive() {
        return alive;
    }

    @Override
    public Duration remaining() {
        return alive ? ttl : Duration.ZERO;
    }

    void lost() {
        alive = false;
    }

    @Override
    public void abandon() {
        alive = false;
    }

    @Override
    public void close() {
        alive = false;
        store.expire(id);
    }
}
