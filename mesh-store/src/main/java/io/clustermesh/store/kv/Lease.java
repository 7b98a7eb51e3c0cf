package io.clustermesh.store.kv;

import java.time.Duration;

/**
 * A lease that is kept alive in the background until it is closed (which revokes it) or lost.
 */
public interface Lease extends AutoCloseable {

    /** etcd's lease id, never 0. */
    long id();

    Duration ttl();

    /** False once the store said that the lease is gone, or once its time passed without an answer. */
    boolean alive();

    /**
     * How long the lease lives at least if the store hears nothing more from us, counted from when its last answered
     * keep-alive was sent; zero once it is not {@linkplain #alive() alive}. The store never ends it earlier.
     */
    Duration remaining();

    /** Stops keeping it alive but leaves its keys until the TTL runs out. */
    void abandon();

    /** Revokes the lease: every key on it is deleted at once. */
    @Override
    void close();
}
