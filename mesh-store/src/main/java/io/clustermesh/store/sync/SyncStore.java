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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes prefixes of a kvstore equal to a map.
 *
 * <pre>
 *   any thread                    one virtual thread, owned here           one for each transaction under way
 *   upsert, delete ──► desired ──► list what an earlier run left ──► difference ──► transactions, a few at a time
 *   markSynced     ──►                                  delete what nobody wants ──► canary
 * </pre>
 *
 * <p>Every key hangs on a lease that is kept alive; when a lease is lost its keys are written again, the canary last.
 * What an earlier run left is taken over with its leases, so a restart writes nothing that is still true. One writer
 * for each prefix.
 */
public final class SyncStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SyncStore.class);
    private static final Duration LEASE_CHECK = Duration.ofSeconds(2);

    /** Transactions under way at most; more don't make etcd faster (it takes one at a time), fewer leave it waiting. */
    private static final int OUTSTANDING = 6;

    private final Options options;
    private final KvStore store;
    private final Consumer<String> acknowledged;
    private final Clock clock;
    private final Desired desired;
    private final Map<String, String> rejected = new ConcurrentHashMap<>();
    private volatile boolean synced;
    private volatile boolean fenced;
    private volatile int held;
    private volatile Optional<Freshness.Failure> lastFailure = Optional.empty();

    // the worker's own
    private final LeasePool leases;
    private final Map<String, Written> actual = new HashMap<>();
    private boolean adopted;
    private boolean pruned;
    private boolean finished;
    private int outstanding;
    private final Queue<Batch> answered = new ConcurrentLinkedQueue<>();

    private final Worker worker;

    /**
     * @param name the thread's name, and the word for it in logs
     * @param owned what this writer owns; at the start, stale keys in it are deleted
     * @param canary the key that says that the first sync is complete
     * @param leaseTtl how long keys outlive their writer
     * @param fence holds as long as we are the writer; once the store says that it doesn't, nothing is written any more
     */
    public record Options(
            String name, List<KeyRange> owned, Optional<String> canary, Duration leaseTtl, Optional<Txn.Guard> fence) {

        /** As Cilium's {@code --kvstore-lease-ttl}. */
        public static final Duration DEFAULT_LEASE_TTL = Duration.ofMinutes(15);

        public Options {
            owned = List.copyOf(owned);
        }

        /** Of prefixes, with the usual lease. */
        public static Options of(String name, List<String> prefixes, Optional<String> canary) {
            return ofRanges(name, prefixes.stream().map(KeyRange::prefix).toList(), canary);
        }

        /** With the usual lease. */
        public static Options ofRanges(String name, List<KeyRange> owned, Optional<String> canary) {
            return new Options(name, owned, canary, DEFAULT_LEASE_TTL, Optional.empty());
        }

        /** With leases of another length. */
        public Options withLeaseTtl(Duration ttl) {
            return new Options(name, owned, canary, ttl, fence);
        }

        /** Writes only while {@code guard} holds, see {@link io.clustermesh.store.lead.Term#guard()}. */
        public Options fencedBy(Txn.Guard guard) {
            return new Options(name, owned, canary, leaseTtl, Optional.of(guard));
        }
    }

    /**
     * @param synced everything of the first sync is in the store, the canary too
     * @param fenced somebody else writes now; this writer has stopped for good
     * @param keys keys that should be there
     * @param held keys that are there, ours or left by an earlier run
     * @param pending keys not looked at yet
     * @param rejected keys that the store refuses for good, and why
     * @param lastFailure the last call that failed
     */
    public record Status(
            boolean synced,
            boolean fenced,
            int keys,
            int held,
            int pending,
            Map<String, String> rejected,
            Optional<Freshness.Failure> lastFailure) {}

    /** A wish of {@link #apply}. */
    public sealed interface Edit {
        /** As {@link SyncStore#upsert}. */
        @SuppressWarnings("ArrayRecordComponent")
        record Upsert(String key, byte[] value) implements Edit {}

        /** As {@link SyncStore#delete}. */
        record Delete(String key) implements Edit {}
    }

    private SyncStore(Options options, KvStore store, Consumer<String> acknowledged, Clock clock) {
        this.options = options;
        this.store = store;
        this.acknowledged = acknowledged;
        this.clock = clock;
        this.desired = new Desired(options.canary());
        this.leases = new LeasePool(store, options.leaseTtl());
        this.worker = Worker.start(options.name(), this::loop);
    }

    /**
     * Starts writing; never throws for want of a server.
     *
     * @param acknowledged told each key that the store has taken, or had already, on the writer's thread; must not block
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

    /** Many keys at once, in order; cheaper than one by one, and the first is not written before the last was said. */
    public void apply(List<Edit> edits) {
        List<Desired.Wish> wishes = new ArrayList<>(edits.size());
        for (Edit edit : edits) {
            switch (edit) {
                case Edit.Upsert(String key, byte[] value) -> wishes.add(new Desired.Wish(key, value));
                case Edit.Delete(String key) -> wishes.add(new Desired.Wish(key, null));
            }
        }
        desired.wish(wishes);
    }

    /** Everything has been said once: what else lies under the prefixes is stale, and then the canary may be written. */
    public void markSynced() {
        desired.complete();
    }

    /**
     * Nothing should be there any more except the canary, not even what an earlier run left; what is said later counts
     * again. Any thread, never waits.
     */
    public void deleteAll() {
        desired.clear(options.canary().map(Set::of).orElse(Set.of()));
    }

    public Status status() {
        return new Status(
                synced, fenced, desired.size(), held, desired.dirtyCount(), Map.copyOf(rejected), lastFailure);
    }

    private void loop() throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));
        while (!fenced) {
            try {
                if (!adopted) {
                    adopt();
                    adopted = true;
                }
                relinquishDeadLeases();
                if (desired.takeCleared()) {
                    lookAtStrangers();
                }
                List<Desired.Wish> wishes = desired.take(LEASE_CHECK, outstanding < OUTSTANDING);
                write(wishes);
                absorbAnswers();
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
                Duration pause = backoff.afterFailure();
                awaitAnswers();
                clock.sleep(pause);
            }
        }
    }

    /** Reads what there is and looks at every key that differs; at the start, and whenever a write may be half done. */
    private void adopt() {
        Map<String, Written> found = new HashMap<>();
        leases.recount();
        for (KeyRange range : options.owned()) {
            store.list(range).entries().forEach(entry -> found.put(entry.key(), written(entry)));
        }
        options.canary().flatMap(store::get).ifPresent(entry -> found.put(entry.key(), written(entry)));
        actual.clear();
        actual.putAll(found);
        List<String> differing = new ArrayList<>(desired.keys());
        differing.removeIf(actual::containsKey);
        actual.forEach((key, written) -> {
            if (pruned || desired.wants(key)) {
                differing.add(key);
            }
        });
        desired.lookAgain(differing);
        held = actual.size();
    }

    private Written written(KeyValue entry) {
        return new Written(entry.value(), leases.adopt(entry.leaseId()).orElse(null));
    }

    private void lookAtStrangers() {
        desired.lookAgain(actual.keySet().stream()
                .filter(key -> !options.canary().equals(Optional.of(key)))
                .toList());
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
        List<String> ours =
                lost.stream().filter(key -> pruned || desired.wants(key)).toList();
        desired.lookAgain(ours);
        options.canary().filter(ours::contains).ifPresent(canary -> desired.lookAgain(List.of(canary)));
    }

    private void write(List<Desired.Wish> wishes) {
        List<Desired.Wish> open = new ArrayList<>(wishes.size());
        List<Desired.Wish> settled = new ArrayList<>();
        wishes.forEach(wish -> (differs(wish) ? open : settled).add(wish));
        if (!settled.isEmpty()) {
            desired.done(settled);
            settled.stream().filter(wish -> wish.value() != null).forEach(wish -> acknowledged.accept(wish.key()));
        }
        if (open.isEmpty()) {
            return;
        }
        Batch batch = new Batch(open);
        Txn txn;
        try {
            txn = prepare(batch);
        } catch (StoreException e) {
            forget(batch);
            throw e;
        }
        outstanding++;
        if (outstanding == 1 && open.size() < Txn.MAX_OPERATIONS) {
            commit(txn, batch); // nothing follows it that could overlap
        } else {
            Worker.start(options.name() + "-txn", () -> commit(txn, batch));
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

    private Txn prepare(Batch batch) {
        List<Txn.Op> operations = new ArrayList<>(batch.wishes().size());
        for (Desired.Wish wish : batch.wishes()) {
            byte[] value = wish.value();
            if (value == null) {
                operations.add(new Txn.Op.Delete(wish.key()));
                continue;
            }
            LeasePool.Slot slot = slotOf(wish.key(), batch.taken());
            operations.add(new Txn.Op.Put(wish.key(), value, Optional.of(slot.lease())));
            batch.then().put(wish.key(), new Written(value, slot));
        }
        return new Txn(options.fence().stream().toList(), operations);
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

    /** Any thread; the answer goes back to the worker. */
    private void commit(Txn txn, Batch batch) {
        try {
            batch.applied(store.commit(txn));
        } catch (StoreException e) {
            batch.failed(e);
        } catch (RuntimeException e) {
            batch.failed(new StoreException.Unavailable("transaction failed: " + e, e));
        } finally {
            answered.add(batch);
            desired.nudge();
        }
    }

    private void absorbAnswers() {
        StoreException failure = null;
        for (Batch batch = answered.poll(); batch != null; batch = answered.poll()) {
            outstanding--;
            StoreException why = batch.failure();
            if (why == null) {
                absorb(batch);
            } else if (why instanceof StoreException.Invalid invalid) {
                afterInvalid(batch, invalid);
            } else {
                forget(batch);
                failure = why;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void absorb(Batch batch) {
        if (batch.outcome() instanceof Txn.Outcome.Refused) {
            stop();
            return;
        }
        for (Desired.Wish wish : batch.wishes()) {
            Written now = batch.then().get(wish.key());
            Written before = now == null ? actual.remove(wish.key()) : actual.put(wish.key(), now);
            if (before != null && before.slot() != null && (now == null || before.slot() != now.slot())) {
                leases.release(before.slot());
            }
            rejected.remove(wish.key());
        }
        held = actual.size();
        desired.done(batch.wishes());
        batch.wishes().forEach(wish -> acknowledged.accept(wish.key()));
    }

    // It may have happened or not, so what is there must be read again before anything is compared with it.
    private void forget(Batch batch) {
        batch.taken().forEach(leases::release);
        desired.done(batch.wishes());
        desired.lookAgain(batch.keys());
        adopted = false;
    }

    /** The answers of what is under way belong to the time before what is read next. */
    private void awaitAnswers() throws InterruptedException {
        while (outstanding > 0) {
            desired.take(LEASE_CHECK, false);
            try {
                absorbAnswers();
            } catch (StoreException e) {
                LOG.atDebug().setCause(e).log("another transaction failed");
            }
        }
    }

    // A batch is refused as a whole: find out whether a lease or one of the keys is to blame.
    private void afterInvalid(Batch batch, StoreException.Invalid e) {
        batch.taken().forEach(leases::release);
        desired.done(batch.wishes());
        if (leases.anyDead()) {
            desired.lookAgain(batch.keys());
        } else if (batch.wishes().size() > 1) {
            for (Desired.Wish wish : batch.wishes()) {
                alone(wish);
            }
        } else {
            String key = batch.wishes().getFirst().key();
            rejected.put(key, String.valueOf(e.getMessage()));
            LOG.atError()
                    .addKeyValue("writer", options.name())
                    .addKeyValue("key", key)
                    .addKeyValue("reason", e.getMessage())
                    .log("the kvstore refuses a key; it is left out until its value changes");
            if (actual.containsKey(key)) {
                alone(new Desired.Wish(key, null)); // its old value is not true any more
            }
        }
    }

    private void alone(Desired.Wish wish) {
        Batch batch = new Batch(List.of(wish));
        try {
            Txn txn = prepare(batch);
            outstanding++;
            commit(txn, batch);
        } catch (StoreException e) {
            forget(batch);
        }
    }

    // Whoever writes now has taken the leases over and keeps them alive.
    private void stop() {
        fenced = true;
        leases.abandon();
        LOG.atWarn().addKeyValue("writer", options.name()).log("another replica writes here now, stopping");
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
            Written found = actual.get(canary.get());
            byte[] earlier = found == null ? null : found.value();
            String now = clock.now().truncatedTo(ChronoUnit.SECONDS).toString();
            desired.put(canary.get(), earlier == null ? now.getBytes(StandardCharsets.UTF_8) : earlier);
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
