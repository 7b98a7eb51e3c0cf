package io.clustermesh.store.lead;

import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who leads what as far as we know, what we want to lead, and hence what to do next. Does no I/O; its owner holds a
 * lock around every call.
 */
final class Ballot {

    /** Tasks under this name are no tasks but the replicas themselves. */
    static final String REPLICAS = "replica/";

    /** How much longer each rank waits before it takes a task that is free. */
    private static final Duration RANK_STEP = Duration.ofMillis(150);

    private final String self;
    private final Duration settled;
    private final Clock clock;
    private final Map<String, Candidacy> candidacies = new TreeMap<>();
    private final Map<String, KeyValue> holders = new HashMap<>();
    private final Map<String, Long> replicaSinceNanos = new HashMap<>();
    private boolean listed;
    private @Nullable Lease lease;

    /** What the electing thread should do; one thing at a time, since each changes what is next. */
    sealed interface Step {
        /** We have no lease, or an old one whose time is over. */
        record Grant() implements Step {}

        /** The task is free: try to create its key. */
        record Take(String task, Lease lease) implements Step {}

        /** We can't tell whether the key is there and ours: read it. */
        record Verify(String task) implements Step {}

        /** The key of this creation hangs on our lease, and we don't want it. */
        record GiveUp(String task, Revision created) implements Step {}
    }

    Ballot(String self, Duration settled, Clock clock) {
        this.self = self;
        this.settled = settled;
        this.clock = clock;
    }

    void want(String task, LeadershipListener listener) {
        if (candidacies.containsKey(task) || task.startsWith(REPLICAS)) {
            throw new IllegalArgumentException("task %s is contended for already, or no task".formatted(task));
        }
        candidacies.put(task, new Candidacy(task, listener, whenFree(task)));
    }

    void withdraw(String task) {
        Candidacy gone = candidacies.remove(task);
        if (gone != null && gone.term().isPresent() && lease != null) {
            // so that it is given up even if the watch has not shown it yet
            Revision created = gone.term().get().created();
            holders.put(task, Holders.entry(task, self, created, lease.id()));
        }
    }

    Optional<Term> term(String task) {
        return Optional.ofNullable(candidacies.get(task)).flatMap(Candidacy::term);
    }

    /** A new lease; what hung on the old one is lost. */
    void lease(@Nullable Lease now, String reason) {
        lease = now;
        candidacies.values().forEach(candidacy -> candidacy.lose(reason));
    }

    Optional<Lease> lease() {
        return Optional.ofNullable(lease);
    }

    /** The store shows {@code entry} as the task's key. */
    void held(String task, KeyValue entry) {
        KeyValue before = holders.put(task, entry);
        if (task.startsWith(REPLICAS) && (before == null || before.leaseId() != entry.leaseId())) {
            replicaSinceNanos.put(task, clock.monotonicNanos());
        }
        Candidacy candidacy = candidacies.get(task);
        if (candidacy != null
                && candidacy.term().isPresent()
                && !candidacy.term().get().created().equals(entry.version().created())) {
            candidacy.doubt();
        }
    }

    /** The store shows no key for the task. */
    void free(String task) {
        holders.remove(task);
        replicaSinceNanos.remove(task);
        Candidacy candidacy = candidacies.get(task);
        if (candidacy != null) {
            candidacy.doubt();
            candidacy.notBefore(whenFree(task));
        }
    }

    void listed() {
        listed = true;
    }

    private long whenFree(String task) {
        return clock.monotonicNanos() + RANK_STEP.toNanos() * Ranking.of(self, task, replicas());
    }

    /** Our key was created, or found. */
    void won(String task, String key, Revision created, Lease on) {
        Candidacy candidacy = candidacies.get(task);
        holders.put(task, Holders.entry(task, self, created, on.id()));
        if (candidacy != null && candidacy.term().isEmpty() && lease == on) {
            candidacy.gain(new Term(task, key, created), clock.monotonicNanos());
        }
    }

    /** The store's own word on a task. */
    void verified(String task, String key, Optional<KeyValue> entry) {
        Optional<Candidacy> candidacy = Optional.ofNullable(candidacies.get(task));
        Lease held = lease;
        if (held != null && entry.isPresent() && entry.get().leaseId() == held.id()) {
            Revision created = entry.get().version().created();
            candidacy
                    .filter(c -> !c.term().map(Term::created).equals(Optional.of(created)))
                    .ifPresent(c -> c.lose("another term of ours began"));
            won(task, key, created, held);
        } else {
            candidacy.ifPresent(c -> c.lose(entry.map(e -> "replica %s leads now".formatted(e.text()))
                    .orElse("the key that says so was deleted")));
            entry.ifPresentOrElse(e -> held(task, e), () -> free(task));
        }
        candidacy.ifPresent(Candidacy::certain);
    }

    /** Our key was deleted by us. */
    void gaveUp(String task, Revision created) {
        KeyValue holder = holders.get(task);
        if (holder != null && holder.version().created().equals(created)) {
            holders.remove(task);
        }
    }

    Optional<Step> next() {
        Lease held = lease;
        if (held == null) {
            return Optional.of(new Step.Grant());
        }
        if (!listed) {
            return Optional.empty();
        }
        long now = clock.monotonicNanos();
        for (Candidacy candidacy : candidacies.values()) {
            KeyValue holder = holders.get(candidacy.task());
            boolean found = holder != null && holder.leaseId() == held.id();
            if (candidacy.doubtful() || (found && candidacy.term().isEmpty())) {
                return Optional.of(new Step.Verify(candidacy.task()));
            }
            if (holder == null && candidacy.term().isEmpty() && now >= candidacy.notBeforeNanos()) {
                return Optional.of(new Step.Take(candidacy.task(), held));
            }
        }
        for (Map.Entry<String, KeyValue> holder : holders.entrySet()) {
            if (holder.getValue().leaseId() == held.id()
                    && !holder.getKey().startsWith(REPLICAS)
                    && !candidacies.containsKey(holder.getKey())) {
                return Optional.of(new Step.GiveUp(
                        holder.getKey(), holder.getValue().version().created()));
            }
        }
        return yieldOne(now);
    }

    /** Whether a free task only waits for its time. */
    boolean waiting() {
        return candidacies.values().stream()
                .anyMatch(candidacy -> candidacy.term().isEmpty() && !holders.containsKey(candidacy.task()));
    }

    // one at a time: each is taken over before the next is offered
    private Optional<Step> yieldOne(long now) {
        Set<String> replicas = replicas();
        if (replicas.isEmpty() || replicas.equals(Set.of(self))) {
            return Optional.empty();
        }
        for (Candidacy candidacy : candidacies.values()) {
            if (candidacy.term().isEmpty() || now - candidacy.sinceNanos() < settled.toNanos()) {
                continue;
            }
            String better = Ranking.first(self, candidacy.task(), replicas);
            KeyValue other = holders.get(REPLICAS + better);
            if (!better.equals(self)
                    && other != null
                    && now - replicaSinceNanos.getOrDefault(REPLICAS + better, now) >= settled.toNanos()
                    && candidacy.yieldTo(other.leaseId(), now, settled.toNanos())) {
                Revision created = candidacy.term().get().created();
                candidacy.lose("replica %s is there to lead it, handing over".formatted(better));
                candidacy.notBefore(now + settled.toNanos());
                return Optional.of(new Step.GiveUp(candidacy.task(), created));
            }
        }
        return Optional.empty();
    }

    Set<String> replicas() {
        Set<String> names = new TreeSet<>();
        replicaSinceNanos.keySet().forEach(task -> names.add(task.substring(REPLICAS.length())));
        return names;
    }

    Map<String, String> leaders() {
        Map<String, String> names = new TreeMap<>();
        holders.forEach((task, entry) -> {
            if (!task.startsWith(REPLICAS)) {
                names.put(task, entry.text());
            }
        });
        return names;
    }

    List<Term> terms() {
        List<Term> terms = new ArrayList<>();
        candidacies.values().forEach(candidacy -> candidacy.term().ifPresent(terms::add));
        return terms;
    }
}
