package io.clustermesh.apiserver.drain;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.Drain;
import io.clustermesh.model.Keys;
import io.clustermesh.model.codec.DrainCodec;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Reflector;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drains of this cluster. {@link #start}, {@link #begin} and {@link #end} may be called by any thread that may wait;
 * steps are taken by an agent's own thread.
 *
 * <p>Every replica steps: each step is what the course says of the time, is written only if nobody wrote in between, and
 * never goes back, so it does not matter who takes it, and no drain stands still while replicas elect a leader.
 */
public final class Drains implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(Drains.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int MAILBOX = 64;
    private static final int ATTEMPTS = 5;

    /** Smaller steps are not taken: every one makes each node look at its services. */
    private static final int STEP_PERCENT = 5;

    private final ClusterName own;
    private final KvStore store;
    private final EventLog events;
    private final Clock clock;
    private final Mailbox<List<Change>> mailbox = new Mailbox<>(MAILBOX);
    private final Map<String, KeyValue> entries = new TreeMap<>();
    private volatile List<Drain> snapshot = List.of();

    private Drains(ClusterName own, KvStore store, EventLog events, Clock clock) {
        this.own = own;
        this.store = store;
        this.events = events;
        this.clock = clock;
    }

    /** Starts it as parts of {@code lifecycle}. */
    public static Drains start(ClusterName own, KvStore store, EventLog events, Lifecycle lifecycle) {
        Drains drains = new Drains(own, store, events, lifecycle.clock());
        lifecycle.run(drains);
        lifecycle.own(
                "drains watch",
                Reflector.start(
                        "drains", store, KeyRange.prefix(Keys.drains(own)), drains.mailbox::put, lifecycle.clock()));
        return drains;
    }

    /** What is being drained, sorted; any thread. */
    public List<Drain> all() {
        return snapshot;
    }

    /** The answer to a request that a target be drained or come back. */
    public sealed interface Outcome {

        /** It is on its way, or there already. */
        record Going(Drain drain) implements Outcome {}

        /** It is not drained any more. */
        record Ended(Drain.Target target) implements Outcome {}

        /** There is no such cluster or node, or it is not drained. */
        record Unknown(String reason) implements Outcome {}
    }

    /**
     * Drains {@code target} from what it keeps now to nothing.
     *
     * @param ramp how long that takes, 0 for at once
     * @throws StoreException if etcd does not take it
     */
    public Outcome begin(Drain.Target target, Duration ramp) {
        Optional<Outcome> unknown = unknown(target);
        return unknown.orElseGet(() -> change(target, 0, ramp));
    }

    /**
     * Lets {@code target} come back to its full share.
     *
     * @param ramp how long that takes, 0 for at once
     * @throws StoreException if etcd does not take it
     */
    public Outcome end(Drain.Target target, Duration ramp) {
        return change(target, 100, ramp);
    }

    private Optional<Outcome> unknown(Drain.Target target) {
        ClusterName cluster = target.cluster();
        if (!cluster.equals(own) && store.get(Keys.clusterConfig(cluster)).isEmpty()) {
            return Optional.of(
                    new Outcome.Unknown("cluster %s is not connected here; \"clustermesh status\" shows those that are"
                            .formatted(cluster)));
        }
        String node = cluster.equals(own)
                ? Keys.node(own, target.node())
                : Keys.Resource.NODES.cachePrefix(cluster) + target.node();
        if (!target.wholeCluster() && store.get(node).isEmpty()) {
            return Optional.of(
                    new Outcome.Unknown("cluster %s has no node %s; \"clustermesh node list\" shows its nodes"
                            .formatted(cluster, target.node())));
        }
        return Optional.empty();
    }

    private Outcome change(Drain.Target target, int toPercent, Duration ramp) {
        String key = Keys.drain(own, target);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<KeyValue> found = store.get(key);
            Optional<Drain> before =
                    found.flatMap(entry -> DrainCodec.decode(entry.value()).asOptional());
            if (toPercent == 100 && found.isEmpty()) {
                return new Outcome.Unknown("%s is not being drained".formatted(target));
            }
            int from = before.map(Drain::keepPercent).orElse(100);
            Drain.Course course = new Drain.Course(from, toPercent, clock.now().truncatedTo(ChronoUnit.MILLIS), ramp);
            Drain next = new Drain(target, course, course.at(clock.now()));
            boolean over = next.keepPercent() == 100;
            Txn.Op op = over && toPercent == 100
                    ? new Txn.Op.Delete(key)
                    : new Txn.Op.Put(key, DrainCodec.encode(next), Optional.empty());
            if (commit(key, found, op)) {
                told(next, toPercent == 100 ? "Undraining" : "Draining");
                return op instanceof Txn.Op.Delete ? new Outcome.Ended(target) : new Outcome.Going(next);
            }
        }
        throw new StoreException.Unavailable(
                "%s was changed by others %d times in a row".formatted(key, ATTEMPTS), null);
    }

    private boolean commit(String key, Optional<KeyValue> found, Txn.Op op) {
        Txn.Guard guard = found.<Txn.Guard>map(
                        entry -> new Txn.Guard.ModifiedAt(key, entry.version().modified()))
                .orElse(new Txn.Guard.Absent(key));
        return store.commit(new Txn(List.of(guard), List.of(op))) instanceof Txn.Outcome.Applied;
    }

    @Override
    public String roleName() {
        return "drains";
    }

    @Override
    public void doWork() throws InterruptedException {
        for (List<Change> changes : mailbox.pollAll(TICK, MAILBOX)) {
            for (Change change : changes) {
                switch (change) {
                    case Change.Upsert(KeyValue entry) -> entries.put(entry.key(), entry);
                    case Change.Delete(String key) -> entries.remove(key);
                    case Change.Synced ignored -> {}
                }
            }
        }
        List<Drain> now = new ArrayList<>();
        for (KeyValue entry : List.copyOf(entries.values())) {
            if (DrainCodec.decode(entry.value()) instanceof Decoded.Value<Drain>(Drain drain)) {
                now.add(drain);
                step(entry, drain);
            }
        }
        snapshot = List.copyOf(now);
    }

    private void step(KeyValue entry, Drain drain) {
        int goal = drain.course().toPercent();
        int next = drain.course().at(clock.now());
        boolean back = Math.abs(goal - next) > Math.abs(goal - drain.keepPercent());
        boolean small = Math.abs(next - drain.keepPercent()) < STEP_PERCENT && next != goal;
        boolean over = goal == 100 && next == 100;
        if (back || small || next == drain.keepPercent() && !over) {
            return;
        }
        Drain moved = drain.keeping(next);
        Txn.Op op = over
                ? new Txn.Op.Delete(entry.key())
                : new Txn.Op.Put(entry.key(), DrainCodec.encode(moved), Optional.empty());
        try {
            if (commit(entry.key(), Optional.of(entry), op) && next == goal) {
                told(moved, over ? "Undrained" : "Drained");
            }
        } catch (StoreException e) {
            LOG.atWarn()
                    .addKeyValue("target", drain.target())
                    .addKeyValue("cause", e.getMessage())
                    .log("a drain's step could not be written, the next one comes in a second");
        }
    }

    private void told(Drain drain, String reason) {
        events.warn(new Warning(
                drain.target().toString(),
                reason,
                "keeps %d%% of its share for this cluster's clients and goes to %d%% over %d s"
                        .formatted(
                                drain.keepPercent(),
                                drain.course().toPercent(),
                                drain.course().ramp().toSeconds())));
        LOG.atInfo()
                .addKeyValue("target", drain.target())
                .addKeyValue("reason", reason)
                .addKeyValue("keep", drain.keepPercent())
                .addKeyValue("ramp", drain.course().ramp())
                .log("drain changed");
    }
}
