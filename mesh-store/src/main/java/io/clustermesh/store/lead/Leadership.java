package io.clustermesh.store.lead;

import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.lead.Ballot.Step;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Worker;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Reflector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This replica's part in deciding which replica does which task.
 *
 * <pre>
 *   watch of all leaders' keys ──►┐            ┌─► elect: grant the lease, create free keys, give up   ─► etcd
 *                                 ├─► Ballot ──┤
 *   contend, withdraw ───────────►┘            └─► judge: has the lease's time run out on our own clock?
 *                                                          │
 *                                              gained, lost ▼ listeners
 * </pre>
 *
 * <p>One lease and one watch for all tasks, however many. Judging has a thread of its own, which never calls the store,
 * so a call that hangs can't hide that our time is over. Free tasks are taken first by the replica that ranks first for
 * them, so that they spread; one that comes later gets its share once it has been there for a while.
 */
public final class Leadership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final Duration IDLE = Duration.ofSeconds(1);

    private final Options options;
    private final KvStore store;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Ballot ballot;
    private final Reflector watch;
    private final Worker elect;
    private final Worker judge;
    private @Nullable Lease expired;

    /**
     * @param prefix where the leaders' keys are, ending in a slash; all replicas use the same
     * @param candidate this replica's name
     * @param ttl how soon others take over from a replica that dies; at least 2 s, etcd grants no shorter lease
     * @param settled how long another replica must have been there before it is handed its share
     */
    public record Options(String prefix, String candidate, Duration ttl, Duration settled) {

        /** Cilium's is 25 s; what is not served meanwhile is only news. */
        public static final Duration DEFAULT_TTL = Duration.ofSeconds(5);

        private static final Duration DEFAULT_SETTLED = Duration.ofSeconds(30);

        public Options {
            if (!prefix.endsWith("/") || candidate.isBlank() || candidate.contains("/")) {
                throw new IllegalArgumentException(
                        "leaders' prefix \"%s\" must end in a slash, and replica name \"%s\" must be a word without one"
                                .formatted(prefix, candidate));
            }
        }

        /** As mesh-apiserver's replicas use it. */
        public static Options of(String candidate, Duration ttl) {
            return new Options("clustermesh/leader/", candidate, ttl, DEFAULT_SETTLED);
        }
    }

    private Leadership(Options options, KvStore store, Clock clock) {
        this.options = options;
        this.store = store;
        this.clock = clock;
        this.ballot = new Ballot(options.candidate(), options.settled(), clock);
        this.watch = Reflector.start(
                Reflector.Options.of("leaders", KeyRange.prefix(options.prefix()))
                        .eager(),
                store,
                this::absorb,
                clock);
        this.elect = Worker.start("leadership-elect", this::elect);
        this.judge = Worker.start("leadership-judge", this::judge);
    }

    /** Joins the other replicas; never throws for want of a server. */
    public static Leadership start(Options options, KvStore store, Clock clock) {
        return new Leadership(options, store, clock);
    }

    /** From now on we lead {@code task} whenever nobody else does. Any thread. */
    public void contend(String task, LeadershipListener listener) {
        locked(() -> ballot.want(task, listener));
    }

    /** Gives {@code task} up, at once if we lead it; the listener is not told. Stop writing first. Any thread. */
    public void withdraw(String task) {
        locked(() -> ballot.withdraw(task));
    }

    /** The term of {@code task} if we lead it now. Any thread. */
    public Optional<Term> term(String task) {
        lock.lock();
        try {
            return inTime(ballot.lease()) ? ballot.term(task) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** The name of each led task's replica, as last heard; any thread. */
    public Map<String, String> leaders() {
        lock.lock();
        try {
            return ballot.leaders();
        } finally {
            lock.unlock();
        }
    }

    /** The replicas that are there, as last heard; any thread. */
    public Set<String> replicas() {
        lock.lock();
        try {
            return ballot.replicas();
        } finally {
            lock.unlock();
        }
    }

    private void absorb(List<Change> changes) {
        int cut = options.prefix().length();
        locked(() -> {
            for (Change change : changes) {
                switch (change) {
                    case Change.Upsert(KeyValue entry) ->
                        ballot.held(entry.key().substring(cut), entry);
                    case Change.Delete(String key) -> ballot.free(key.substring(cut));
                    case Change.Synced ignored -> ballot.listed();
                }
            }
        });
    }

    private void judge() throws InterruptedException {
        Duration tick = options.ttl().dividedBy(40);
        while (true) {
            clock.sleep(tick);
            locked(() -> {
                Optional<Lease> lease = ballot.lease();
                if (lease.isPresent() && !inTime(lease)) {
                    LOG.atWarn()
                            .addKeyValue("replica", options.candidate())
                            .addKeyValue("led", ballot.terms().size())
                            .log("could not renew the leader's lease in time, leading nothing any more");
                    expired = lease.get();
                    ballot.lease(null, "the lease could not be renewed in time; is the kvstore reachable?");
                }
            });
        }
    }

    /** We stop a fifth of the lease's time before the store can give our tasks to somebody else. */
    private static boolean inTime(Optional<Lease> lease) {
        return lease.filter(held -> held.remaining().compareTo(held.ttl().dividedBy(5)) > 0)
                .isPresent();
    }

    private void elect() throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1));
        while (true) {
            Optional<Step> step = next();
            if (step.isEmpty()) {
                continue;
            }
            try {
                perform(step.get());
                backoff.succeeded();
            } catch (StoreException e) {
                if (backoff.failures() == 0) {
                    LOG.atWarn()
                            .addKeyValue("step", step.get())
                            .addKeyValue("reason", e.getMessage())
                            .log("can't take part in electing leaders, trying again");
                }
                clock.sleep(backoff.afterFailure());
            }
        }
    }

    private Optional<Step> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Optional<Step> step = ballot.next();
            if (step.isEmpty()) {
                // free tasks wait for their rank's turn, a fraction of a second
                boolean told = changed.await(ballot.waiting() ? 20 : IDLE.toMillis(), TimeUnit.MILLISECONDS);
                return told ? Optional.empty() : ballot.next();
            }
            return step;
        } finally {
            lock.unlock();
        }
    }

    private void perform(Step step) {
        switch (step) {
            case Step.Grant() -> grant();
            case Step.Take(String task, Lease lease) -> take(task, lease);
            case Step.Verify(String task) -> verify(task);
            case Step.GiveUp(String task, var created) -> {
                Txn.Guard still = new Txn.Guard.CreatedAt(key(task), created);
                store.commit(new Txn(List.of(still), List.of(new Txn.Op.Delete(key(task)))));
                locked(() -> ballot.gaveUp(task, created));
            }
        }
    }

    private void grant() {
        Lease old = takeExpired();
        if (old != null) {
            old.close(); // ours may still stand in the store: the sooner it goes, the sooner somebody leads
        }
        Lease lease = store.grant(options.ttl());
        try {
            store.commit(Txn.of(List.of(put(key(Ballot.REPLICAS + options.candidate()), lease))));
        } catch (StoreException e) {
            lease.close();
            throw e;
        }
        locked(() -> ballot.lease(lease, "a new lease was granted"));
    }

    private @Nullable Lease takeExpired() {
        lock.lock();
        try {
            Lease old = expired;
            expired = null;
            return old;
        } finally {
            lock.unlock();
        }
    }

    private void take(String task, Lease lease) {
        Txn txn = new Txn(List.of(new Txn.Guard.Absent(key(task))), List.of(put(key(task), lease)));
        switch (store.commit(txn)) {
            case Txn.Outcome.Applied(var created) -> {
                locked(() -> ballot.won(task, key(task), created, lease));
                LOG.atInfo()
                        .addKeyValue("replica", options.candidate())
                        .addKeyValue("task", task)
                        .addKeyValue("revision", created)
                        .log("leading");
            }
            case Txn.Outcome.Refused ignored -> verify(task);
        }
    }

    private void verify(String task) {
        Optional<KeyValue> entry = store.get(key(task));
        locked(() -> ballot.verified(task, key(task), entry));
    }

    private Txn.Op put(String key, Lease lease) {
        return new Txn.Op.Put(key, options.candidate().getBytes(StandardCharsets.UTF_8), Optional.of(lease));
    }

    private String key(String task) {
        return options.prefix() + task;
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Gives everything up at once, so that others take over without waiting. Stop writing first. */
    @Override
    public void close() {
        elect.close();
        judge.close();
        watch.close();
        ballot.lease().ifPresent(Lease::close);
    }
}
