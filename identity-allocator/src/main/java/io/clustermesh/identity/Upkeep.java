package io.clustermesh.identity;

import io.clustermesh.model.Keys;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.runtime.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys of the identities in use: releases those that nobody wants, writes slave keys again when their lease
 * was lost and master keys when they vanished, looks at all of them now and then, and collects what nobody uses. Owned
 * by the allocator's thread.
 */
final class Upkeep {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final KvStore store;
    private final Claims claims;
    private final Masters masters;
    private final InUse inUse;
    private final AllocatorConfig config;
    private final Clock clock;
    private final AllocatorMetrics metrics;
    private final GarbageCollector collector;
    private final Set<LabelSet> toRelease = new LinkedHashSet<>();
    private final Set<NumericIdentity> toRestore = new LinkedHashSet<>();
    private long slavesOnLease;
    private long verifiedNanos;
    private long collectedNanos;
    private AllocatorStatus.Upkeep status = new AllocatorStatus.Upkeep(Optional.empty(), Optional.empty(), 0, 0);

    Upkeep(
            KvStore store,
            Claims claims,
            Masters masters,
            InUse inUse,
            AllocatorConfig config,
            Clock clock,
            AllocatorMetrics metrics) {
        this.store = store;
        this.claims = claims;
        this.masters = masters;
        this.inUse = inUse;
        this.config = config;
        this.clock = clock;
        this.metrics = metrics;
        this.collector = new GarbageCollector(store, masters);
        this.verifiedNanos = clock.monotonicNanos();
        this.collectedNanos = clock.monotonicNanos();
    }

    /** Its slave key is to go, unless somebody wants it again by then. */
    void release(LabelSet labels) {
        toRelease.add(labels);
    }

    /** Its master key vanished or changed; matters only if we use it. */
    void restore(NumericIdentity identity) {
        if (inUse.labelsOf(identity).isPresent()) {
            toRestore.add(identity);
        }
    }

    AllocatorStatus.Upkeep status() {
        return status;
    }

    /**
     * Does what is due.
     *
     * @param lost told of label sets that need another identity
     * @return whether anything was done
     */
    boolean run(Leases.Pair leases, Demand demand, Consumer<LabelSet> lost) {
        boolean busy = slavesOnLease != leases.keys().id() || !toRelease.isEmpty() || !toRestore.isEmpty();
        if (slavesOnLease != leases.keys().id()) {
            inUse.entries().forEach(entry -> rewriteSlave(entry.getValue(), entry.getKey(), leases));
            slavesOnLease = leases.keys().id();
        }
        releaseUnwanted(demand);
        restoreMasters(lost);
        long now = clock.monotonicNanos();
        if (now - verifiedNanos >= config.timing().verifyInterval().toNanos()) {
            verify(leases, lost);
            verifiedNanos = now;
            busy = true;
        }
        if (now - collectedNanos >= config.timing().collectInterval().toNanos()) {
            collect(leases);
            collectedNanos = now;
            busy = true;
        }
        return busy;
    }

    private void releaseUnwanted(Demand demand) {
        for (LabelSet labels : List.copyOf(toRelease)) {
            if (!demand.wants(labels) && inUse.has(labels)) {
                claims.release(labels);
                inUse.remove(labels);
                LOG.atInfo().addKeyValue("labels", labels).log("identity released");
            }
            toRelease.remove(labels);
        }
    }

    private void restoreMasters(Consumer<LabelSet> lost) {
        for (NumericIdentity identity : List.copyOf(toRestore)) {
            inUse.labelsOf(identity).ifPresent(labels -> restoreMaster(labels, identity, lost));
            toRestore.remove(identity);
        }
    }

    private void restoreMaster(LabelSet labels, NumericIdentity identity, Consumer<LabelSet> lost) {
        if (claims.restoreMaster(labels, identity)) {
            masters.put(identity, new Masters.Master(labels.toLabelString(), Revision.NONE));
            repaired("master", identity);
        } else {
            LOG.atError()
                    .addKeyValue("identity", identity)
                    .addKeyValue("labels", labels)
                    .log("identity in use was given to other labels, taking another; see who else writes to this etcd");
            inUse.remove(labels);
            lost.accept(labels);
        }
    }

    /** Looks at what is really there, whatever the watches said. */
    private void verify(Leases.Pair leases, Consumer<LabelSet> lost) {
        Map<String, KeyValue> slaves = new HashMap<>();
        store.list(KeyRange.prefix(Keys.IDENTITY_VALUES)).entries().forEach(entry -> slaves.put(entry.key(), entry));
        for (Map.Entry<NumericIdentity, LabelSet> entry : inUse.entries()) {
            NumericIdentity identity = entry.getKey();
            LabelSet labels = entry.getValue();
            Optional<KeyValue> slave = Optional.ofNullable(slaves.get(AllocatorKeys.slave(labels, config.user())));
            if (slave.filter(kv -> kv.text().equals(identity.toString())
                            && kv.leaseId() == leases.keys().id())
                    .isEmpty()) {
                rewriteSlave(labels, identity, leases);
            }
            Optional<KeyValue> master = store.get(Keys.identity(identity));
            if (master.filter(kv -> kv.text().equals(labels.toLabelString())).isEmpty()) {
                restoreMaster(labels, identity, lost);
            }
        }
        status = new AllocatorStatus.Upkeep(
                Optional.of(clock.now()), status.lastCollected(), status.repaired(), status.collected());
    }

    private void collect(Leases.Pair leases) {
        List<NumericIdentity> removed = collector.round(leases);
        removed.forEach(masters::remove);
        metrics.collected(removed.size());
        if (!removed.isEmpty()) {
            LOG.atInfo().addKeyValue("identities", removed).log("unused identities removed");
        }
        Instant now = clock.now();
        status = new AllocatorStatus.Upkeep(
                status.lastVerified(), Optional.of(now), status.repaired(), status.collected() + removed.size());
    }

    private void rewriteSlave(LabelSet labels, NumericIdentity identity, Leases.Pair leases) {
        claims.refreshSlave(labels, identity, leases);
        repaired("slave", identity);
    }

    private void repaired(String key, NumericIdentity identity) {
        metrics.repaired();
        status = new AllocatorStatus.Upkeep(
                status.lastVerified(), status.lastCollected(), status.repaired() + 1, status.collected());
        LOG.atInfo().addKeyValue("identity", identity).addKeyValue("key", key).log("vanished key written again");
    }
}
