package io.clustermesh.store.sync;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Worker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes prefixes of a kvstore equal to a map.
 *
 * <pre>
 *   any thread                    one virtual thread, owned here
 *   upsert, delete ──► desired ──► list what an earlier run left ──► transactions of the difference
 *   markSynced     ──►                                          ──► delete what nobody wants ──► canary
 * </pre>
 *
 * <p>Every key hangs on a lease that is kept alive; when a lease is lost its keys are written again, the canary last.
 * What an earlier run left is taken over with its leases, so a restart writes nothing that is still true. One writer
 * for each prefix.
 */
public final class SyncStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SyncStore.class);
    private static final Duration LEASE_CHECK = Duration.ofSeconds(1);

    private final Options options;
    private final KvStore store;
    private final Consumer<String> acknowledged;
    private final Clock clock;
    private final Desired desired = new Desired();
    private final Map<String, String> rejected = new ConcurrentHashMap<>();
    private volatile boolean synced;
    private volatile boolean fenced;
    private volatile Optional<Freshness.Failure> lastFailure = Optional.empty();

    // the worker's own
    private final LeasePool leases;
    private final Map<String, Written> actual = new HashMap<>();
    private boolean adopted;
    private boolean pruned;
    private boolean finished;

    private final Worker worker;

    /**
     * @param name the thread's name, and the word for it in logs
     * @param prefixes what this writer owns; at the start, stale keys under them are deleted
     * @param canary the key that says that the first sync is complete
     * @param leaseTtl how long keys outlive their writer
     * @param fence holds as long as we are the writer; once the store says that it doesn't, nothing is written any more
     */
    public record Options(
            String name, List<String> prefixes, Optional<String> canary, Duration leaseTtl, Optional<Txn.Guard> fence) {

        /** As Cilium's {@code --kvstore-lease-ttl}. */
        public static final Duration DEFAULT_LEASE_TTL = Duration.ofMinutes(15);

        public Options {
            prefixes = List.copyOf(prefixes);
        }

        /** With the usual lease. */
        public static Options of(String name, List<String> prefixes, Optional<String> canary) {
            return new Options(name, prefixes, canary, DEFAULT_LEASE_TTL, Optional.empty());
        }

        /** Writes only while {@code guard} holds, see {@link io.clustermesh.store.lead.Term#guard()}. */
        public Options fencedBy(Txn.Guard guard) {
            return new Options(name, prefixes, canary, leaseTtl, Optional.of(guard));
        }
    }

    /**
     * @param synced everything of the first sync is in the store, the canary too
     * @param fenced somebody else writes now; this writer has stopped for good
     * @param keys keys that should be there
     * @param pending keys not looked at yet
     * @param rejected keys that the store refuses for good, and why
     * @param lastFailure the last call that failed
     */
    public record Status(
            boolean synced,
            boolean fenced,
            int keys,
            int pending,
            Map<String, String> rejected,
            Optional<Freshness.Failure> lastFailure) {}

    private record Written(byte[] value, LeasePool.@Nullable Slot slot) {
        boolean is(byte[] wanted) {
            return slot != null && slot.lease().alive() && Arrays.equals(value, wanted);
        }
    }

    private SyncStore(Options options, KvStore store, Consumer<String> acknowledged, Clock clock) {
        this.options = options;
        this.store = store;
        this.acknowledged = acknowledged;
        this.clock = clock;
        this.leases = new LeasePool(store, options.leaseTtl());
        this.worker = Worker.start(options.name(), this::loop);
    }

    /**
     * Starts writing; never throws for want of a server.
     *
     * @param acknowledged told each key that the store has taken, on the writer's thread; must not block
     */
    public static SyncStore start(Options options, KvStore store, Consumer<String> acknowledged, Clock clock) {
        return new SyncStore(options, store, acknowledged, clock);
    }

    /** The key should have this value; the array belongs to the store from now on. Any thread, never waits. */
    public void upsert(String key, byte[] value) {
        desired.put(key, value);
    }

    /** The key should not be there. Any thread, never waits. */
    public void delete(String key) {
        desired.remove(key);
    }

    /** Everything has been said once: what else lies under the prefixes is stale, and then the canary may be written. */
    public void markSynced() {
        desired.complete();
    }

    public Status status() {
        return new Status(synced, fenced, desired.size(), desired.dirtyCount(), Map.copyOf(rejected), lastFailure);
    }

    private void loop() throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(10));
        while (!fenced) {
            try {
                if (!adopted) {
                    adopt();
                    adopted = true;
                }
                relinquishDeadLeases();
                List<Desired.Wish> wishes = desired.take(LEASE_CHECK);
                write(wishes);
                while (!finished && !fenced && desired.completeAndClean()) {
                    finish();
                }
                backoff.succeeded();
            } catch (StoreException e) {
                lastFailure = Optional.of(new Freshness.Failure(String.valueOf(e.getMessage()), clock.now()));
                if (backoff.failures() == 0) {
                    LOG.atWarn()
                            .addKeyValue("writer", options.name())
                            .addKeyValue("reason", e.getMessage())
                            .log("can't write to the kvstore, trying again");
                }
                clock.sleep(backoff.afterFailure());
            }
        }
    }

    private void adopt() {
        actual.clear();
        List<KeyValue> left = new ArrayList<>();
        options.prefixes()
                .forEach(prefix ->
                        left.addAll(store.list(KeyRange.prefix(prefix)).entries()));
        options.canary().flatMap(store::get).ifPresent(left::add);
        for (KeyValue entry : left) {
            actual.put(
                    entry.key(),
                    new Written(entry.value(), leases.adopt(entry.leaseId()).orElse(null)));
        }
    }

    private void relinquishDeadLeases() {
        if (!leases.dropDead()) {
            return;
        }
        List<String> lost = new ArrayList<>();
        actual.forEach((key, written) -> {
            if (written.slot() != null && !written.slot().lease().alive()) {
                lost.add(key);
            }
        });
        LOG.atWarn()
                .addKeyValue("writer", options.name())
                .addKeyValue("keys", lost.size())
                .log("a lease was lost, writing its keys again");
        // the entry stays, without its lease, so that a key that nobody wants any more is still deleted
        lost.forEach(key -> actual.computeIfPresent(key, (k, old) -> new Written(old.value(), null)));
        desired.lookAgain(lost);
        options.canary().filter(lost::contains).ifPresent(canary -> desired.lookAgain(List.of(canary)));
    }

    private void write(List<Desired.Wish> wishes) {
        List<Desired.Wish> open = wishes.stream().filter(this::differs).toList();
        if (open.isEmpty()) {
            return;
        }
        try {
            commit(open);
        } catch (StoreException.Unavailable | StoreException.Denied e) {
            desired.lookAgain(open.stream().map(Desired.Wish::key).toList());
            throw e;
        } catch (StoreException.Invalid e) {
            afterInvalid(open, e);
        }
    }

    private boolean differs(Desired.Wish wish) {
        Written written = actual.get(wish.key());
        byte[] value = wish.value();
        if (value == null) {
            rejected.remove(wish.key());
            return written != null;
        }
        return written == null || !written.is(value);
    }

    // A batch is refused as a whole: find out whether a lease or one of the keys is to blame.
    private void afterInvalid(List<Desired.Wish> wishes, StoreException.Invalid e) {
        if (leases.anyDead()) {
            desired.lookAgain(wishes.stream().map(Desired.Wish::key).toList());
        } else if (wishes.size() > 1) {
            wishes.forEach(wish -> write(List.of(wish)));
        } else {
            String key = wishes.getFirst().key();
            rejected.put(key, String.valueOf(e.getMessage()));
            LOG.atError()
                    .addKeyValue("writer", options.name())
                    .addKeyValue("key", key)
                    .addKeyValue("reason", e.getMessage())
                    .log("the kvstore refuses a key; it is left out until its value changes");
        }
    }

    private void commit(List<Desired.Wish> wishes) {
        List<Txn.Op> operations = new ArrayList<>(wishes.size());
        Map<String, Written> then = new HashMap<>();
        List<LeasePool.Slot> taken = new ArrayList<>();
        boolean committed = false;
        try {
            for (Desired.Wish wish : wishes) {
                byte[] value = wish.value();
                if (value == null) {
                    operations.add(new Txn.Op.Delete(wish.key()));
                    continue;
                }
                LeasePool.Slot slot = slotOf(wish.key(), taken);
                operations.add(new Txn.Op.Put(wish.key(), value, Optional.of(slot.lease())));
                then.put(wish.key(), new Written(value, slot));
            }
            List<Txn.Guard> guards = options.fence().stream().toList();
            if (store.commit(new Txn(guards, operations)) instanceof Txn.Outcome.Refused) {
                stop();
                return;
            }
            committed = true;
        } finally {
            if (!committed) {
                taken.forEach(leases::release);
            }
        }
        for (Desired.Wish wish : wishes) {
            Written now = then.get(wish.key());
            Written before = now == null ? actual.remove(wish.key()) : actual.put(wish.key(), now);
            if (now == null && before != null && before.slot() != null) {
                leases.release(before.slot());
            }
            rejected.remove(wish.key());
            acknowledged.accept(wish.key());
        }
    }

    // Whoever writes now has taken the leases over and keeps them alive.
    private void stop() {
        fenced = true;
        leases.abandon();
        LOG.atWarn().addKeyValue("writer", options.name()).log("another replica writes here now, stopping");
    }

    private LeasePool.Slot slotOf(String key, List<LeasePool.Slot> taken) {
        Written written = actual.get(key);
        if (written != null && written.slot() != null && written.slot().lease().alive()) {
            return written.slot();
        }
        LeasePool.Slot slot = leases.take();
        taken.add(slot);
        return slot;
    }

    // Stale keys first, then the canary: a reader that sees the canary must find nothing missing and nothing stale.
    private void finish() {
        if (!pruned) {
            List<String> stale = actual.keySet().stream()
                    .filter(key -> !desired.wants(key) && !options.canary().equals(Optional.of(key)))
                    .toList();
            desired.lookAgain(stale);
            pruned = true;
            return;
        }
        Optional<String> canary = options.canary();
        if (canary.isPresent() && !desired.wants(canary.get())) {
            String now = clock.now().truncatedTo(ChronoUnit.SECONDS).toString();
            desired.put(canary.get(), now.getBytes(StandardCharsets.UTF_8));
            return;
        }
        finished = true;
        synced = true;
        LOG.atInfo()
                .addKeyValue("writer", options.name())
                .addKeyValue("keys", desired.size())
                .log("first sync written");
    }

    /** Stops writing and leaves what is written until its leases run out. */
    @Override
    public void close() {
        worker.close();
        leases.abandon();
    }
}
