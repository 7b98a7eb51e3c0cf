package io.clustermesh.identity;

import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.sync.Change;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The allocator's one thread: takes what the reflectors saw, gives every wanted label set an identity, and keeps what
 * it gave.
 *
 * <pre>
 *  label sets ──reflector──┐              ┌─► Claims ────► master and slave keys
 *                          ├─► mailbox ─► │   Upkeep: lost leases, vanished keys, every 5 min all of them
 *  master keys ─reflector──┘              └─► GarbageCollector
 * </pre>
 *
 * <p>Nothing is allocated before both prefixes were read completely, or a number in use would look free. Each step does
 * its write first and notes it after, so that a fault of the store in between leaves the step to be done again.
 */
final class AllocatorAgent implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(AllocatorAgent.class);
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final int BATCH = 512;
    private static final int ATTEMPTS_A_ROUND = 64;

    private final Clock clock;
    private final Mailbox<Signal> mailbox = new Mailbox<>(64);
    private final IdentityPool pool;
    private final Masters masters;
    private final Demand demand;
    private final Pending pending = new Pending();
    private final InUse inUse = new InUse();
    private final Leases leases;
    private final Claims claims;
    private final Upkeep upkeep;
    private final AllocatorMetrics metrics;
    private boolean wantedSynced;
    private boolean mastersSynced;
    private volatile AllocatorStatus status;

    AllocatorAgent(AllocatorConfig config, KvStore store, Clock clock, RandomGenerator random, Meter meter) {
        this.clock = clock;
        this.pool = new IdentityPool(config.range(), random);
        this.masters = new Masters(config.range());
        this.demand = new Demand(config.cluster());
        this.leases = new Leases(store, config.timing().leaseTtl());
        this.claims = new Claims(store, masters, pool, config.user());
        this.status = picture(new AllocatorStatus.Upkeep(Optional.empty(), Optional.empty(), 0, 0));
        this.metrics = new AllocatorMetrics(meter, () -> status);
        this.upkeep = new Upkeep(store, claims, masters, inUse, config, clock, metrics);
    }

    /** The reflector of the label sets tells it here, and waits if we can't keep up. */
    void onWanted(List<Change> changes) throws InterruptedException {
        for (Change change : changes) {
            mailbox.put(new Signal.Wanted(change));
        }
    }

    /** The reflector of the master keys tells it here, and waits if we can't keep up. */
    void onMasters(List<Change> changes) throws InterruptedException {
        for (Change change : changes) {
            mailbox.put(new Signal.Master(change));
        }
    }

    /** What it knows; any thread. */
    AllocatorStatus status() {
        return status;
    }

    @Override
    public String roleName() {
        return "allocator";
    }

    @Override
    public void doWork() throws InterruptedException {
        Duration wait = isReady() ? pending.untilDue(clock.monotonicNanos(), IDLE) : IDLE;
        List<Signal> signals = mailbox.pollAll(wait, BATCH);
        signals.forEach(this::take);
        boolean changed = !signals.isEmpty();
        try {
            if (isReady()) {
                changed |= work();
            }
        } finally {
            if (changed) {
                status = picture(upkeep.status());
            }
        }
    }

    @Override
    public void onClose() {
        leases.abandon();
    }

    private boolean isReady() {
        return wantedSynced && mastersSynced;
    }

    private void take(Signal signal) {
        switch (signal) {
            case Signal.Wanted(Change.Upsert(KeyValue entry)) -> {
                demand.put(entry).ifPresent(upkeep::release);
                demand.of(entry.key()).filter(labels -> !inUse.has(labels)).ifPresent(this::want);
            }
            case Signal.Wanted(Change.Delete(String key)) -> demand.remove(key).ifPresent(upkeep::release);
            case Signal.Wanted(Change.Synced ignored) -> wantedSynced = true;
            case Signal.Master(Change.Upsert(KeyValue entry)) ->
                AllocatorKeys.identityOf(entry.key()).ifPresent(identity -> masterSeen(identity, entry));
            case Signal.Master(Change.Delete(String key)) ->
                AllocatorKeys.identityOf(key).ifPresent(identity -> {
                    masters.remove(identity);
                    upkeep.restore(identity);
                });
            case Signal.Master(Change.Synced ignored) -> mastersSynced = true;
        }
    }

    private void masterSeen(NumericIdentity identity, KeyValue entry) {
        masters.put(identity, new Masters.Master(entry.text(), entry.version().modified(), entry.leaseId() != 0));
        Optional<LabelSet> ours = inUse.labelsOf(identity);
        if (ours.isPresent() && !ours.get().toLabelString().equals(entry.text())) {
            upkeep.restore(identity);
        }
    }

    private void want(LabelSet labels) {
        pending.add(labels, clock.monotonicNanos());
    }

    private boolean work() {
        Leases.Pair pair = leases.current();
        boolean changed = upkeep.run(pair, demand, this::want);
        for (LabelSet labels : pending.due(clock.monotonicNanos(), ATTEMPTS_A_ROUND)) {
            changed = true;
            if (!demand.wants(labels)) {
                pending.remove(labels);
            } else {
                attempt(labels, pair);
            }
        }
        return changed;
    }

    private void attempt(LabelSet labels, Leases.Pair pair) {
        Claim claim = claims.attempt(labels, pair);
        metrics.attempt(claim);
        switch (claim) {
            case Claim.Allocated(NumericIdentity identity, Claim.Way way) -> {
                masters.put(identity, new Masters.Master(labels.toLabelString(), Revision.NONE));
                inUse.put(labels, identity);
                pending.remove(labels);
                LOG.atInfo()
                        .addKeyValue("identity", identity)
                        .addKeyValue("way", way)
                        .addKeyValue("labels", labels)
                        .log("identity allocated");
            }
            case Claim.Contended(String reason) -> {
                if (pending.failed(labels, reason, clock.monotonicNanos()) == Pending.MAX_ATTEMPTS) {
                    LOG.atError()
                            .addKeyValue("labels", labels)
                            .addKeyValue("attempts", Pending.MAX_ATTEMPTS)
                            .addKeyValue("reason", reason)
                            .log("no identity after many attempts, going on; see who else allocates in this etcd");
                }
            }
            case Claim.Exhausted(String reason) -> {
                if (pending.failed(labels, reason, clock.monotonicNanos()) == 1) {
                    LOG.atError()
                            .addKeyValue("labels", labels)
                            .addKeyValue("reason", reason)
                            .log("no identity left");
                }
            }
        }
    }

    private AllocatorStatus picture(AllocatorStatus.Upkeep duties) {
        List<AllocatorStatus.Trouble> troubles = new java.util.ArrayList<>(demand.troubles());
        troubles.addAll(pending.troubles());
        return new AllocatorStatus(
                isReady() ? AllocatorStatus.Phase.READY : AllocatorStatus.Phase.SYNCING,
                new AllocatorStatus.Counts(
                        pool.range(), pool.size(), masters.all().size(), inUse.size(), pending.size()),
                inUse.allocations(),
                List.copyOf(troubles),
                duties);
    }
}
