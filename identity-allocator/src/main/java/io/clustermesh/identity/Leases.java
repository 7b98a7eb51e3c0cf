package io.clustermesh.identity;

import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.StoreException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The allocator's two leases: a long one for slave keys, so that a restart loses nothing, and a short one for locks, so
 * that a crash holds up nobody (25 s, as Cilium's lock lease). Owned by the allocator's thread.
 */
final class Leases {

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    private static final Duration LOCK_TTL = Duration.ofSeconds(25);

    /**
     * @param keys for slave keys
     * @param lock for lock keys
     */
    record Pair(Lease keys, Lease lock) {
        boolean alive() {
            return keys.alive() && lock.alive();
        }
    }

    private final KvStore store;
    private final Duration keyTtl;
    private Optional<Lease> keys = Optional.empty();
    private Optional<Lease> lock = Optional.empty();

    Leases(KvStore store, Duration keyTtl) {
        this.store = store;
        this.keyTtl = keyTtl;
    }

    /** The leases, granted anew where they were lost. */
    Pair current() {
        if (keys.filter(Lease::alive).isEmpty()) {
            keys = Optional.of(store.grant(keyTtl));
        }
        if (lock.filter(Lease::alive).isEmpty()) {
            lock = Optional.of(store.grant(LOCK_TTL));
        }
        return new Pair(keys.orElseThrow(), lock.orElseThrow());
    }

    /**
     * Lets go: slave keys stay until their time is over, for a restart to find; locks go at once, so that nobody waits
     * for them.
     */
    void abandon() {
        keys.ifPresent(Lease::abandon);
        try {
            lock.ifPresent(Lease::close);
        } catch (StoreException e) {
            LOG.atInfo().addKeyValue("reason", e.getMessage()).log("locks stay until their lease runs out");
        }
    }
}
