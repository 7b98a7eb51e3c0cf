package io.clustermesh.nodesync.quarantine;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.model.Protocol;
import io.clustermesh.nodesync.quarantine.Prober.Result;
import io.clustermesh.nodesync.quarantine.Prober.Target;
import io.clustermesh.nodesync.quarantine.QuarantineReport.Held;
import io.clustermesh.nodesync.quarantine.QuarantineReport.HeldCluster;
import io.clustermesh.store.runtime.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Quarantines backends that two witnesses call dead, and peers whose backends all are. Owned by the agent's thread, which
 * calls {@link #step()} at least once a second.
 *
 * <pre>
 *   a connect failed ─► probe ─► answers: nothing       silent: state byte QUARANTINED ─► up to 4 others of that peer probed
 *                                                         every 1 s, 2 s, … 30 s            │ all silent: cluster-down bit
 *                                                       probe ─► answers twice: ACTIVE      ▼ probed back likewise
 * </pre>
 *
 * <p>A refused connect is told at once, so new connections avoid a dead backend within {@code step + probe + step}, about
 * 2.5 s at most. The own cluster is never marked down, nor the last one that has backends.
 */
public final class Quarantine {

    /** Other backends of a peer that are asked before it is given up. */
    static final int SAMPLE = 4;

    /** So many silent ones, or all if there are fewer, are a lost peer. */
    static final int ENOUGH = 3;

    private static final int FAILURES_PER_STEP = 1000;
    private static final int PROBES_PER_STEP = 32;

    /** Where a person is told. */
    @FunctionalInterface
    public interface Events {
        /** @param kind in capitals; the rest as an event log has it */
        void add(String kind, String subject, String message);
    }

    private final ServiceTables tables;
    private final int ownCluster;
    private final ConnectWitness witness;
    private final Prober prober;
    private final Events events;
    private final Clock clock;

    private final Map<Integer, Ward> backends = new TreeMap<>();
    private final Map<Integer, Lost> clusters = new TreeMap<>();
    private final Map<Target, Set<Integer>> asked = new HashMap<>();
    private final Map<Integer, Set<Target>> targets = new HashMap<>(); // by cluster, for one step
    private long failures;
    private long probes;
    private int probesLeft;
    private volatile QuarantineReport report = QuarantineReport.NONE;

    /** A backend that is or was ill. */
    private static final class Ward {
        private final Target target;
        private final int clusterId;
        private final Patient patient = new Patient();

        Ward(Target target, int clusterId) {
            this.target = target;
            this.clusterId = clusterId;
        }
    }

    /** A peer that is suspected, or lost. */
    private static final class Lost {
        private final Patient patient = new Patient();
        private final Set<Target> silent = new HashSet<>();
        private boolean answers;
        private @Nullable Target asked;
        private int next; // which of its backends is asked; another one after silence
    }

    /**
     * Adopts what an earlier agent had quarantined.
     *
     * @param tables written by the agent's thread alone
     * @param ownCluster id of the own cluster
     * @param witness the data path
     * @param prober asks
     * @param events tells
     */
    public Quarantine(
            ServiceTables tables, int ownCluster, ConnectWitness witness, Prober prober, Events events, Clock clock) {
        this.tables = tables;
        this.ownCluster = ownCluster;
        this.witness = witness;
        this.prober = prober;
        this.events = events;
        this.clock = clock;
        long now = clock.monotonicNanos();
        for (int index = 1; index < tables.capacity().backends(); index++) {
            int number = index;
            tables.backend(index)
                    .filter(it -> it.state() == State.QUARANTINED)
                    .ifPresent(it -> ward(number, it).patient.fallIll(now));
        }
        for (int cluster = 1; cluster < ServiceTables.CLUSTERS; cluster++) {
            if (tables.isClusterDown(cluster)) {
                clusters.computeIfAbsent(cluster, any -> new Lost()).patient.fallIll(now);
            }
        }
    }

    /** The last report; any thread. */
    public QuarantineReport report() {
        return report;
    }

    /** Listens to both witnesses, acts, asks again. */
    public void step() {
        long now = clock.monotonicNanos();
        probesLeft = PROBES_PER_STEP;
        targets.clear();
        for (int index : witness.failures(FAILURES_PER_STEP)) {
            failures++;
            tcp(index).ifPresent(entry -> suspect(index, entry));
        }
        for (Result result : prober.results()) {
            probes++;
            Optional.ofNullable(asked.remove(result.target()))
                    .orElse(Set.of())
                    .forEach(index -> judge(index, result, now));
            judgeClusters(result, now);
        }
        hold(now);
        askAgain(now);
        report = new QuarantineReport(failures, probes, held(), heldClusters());
    }

    private void suspect(int index, BackendEntry entry) {
        if (entry.state() != State.QUARANTINED) {
            ask(index, target(entry));
        }
    }

    private boolean ask(int index, Target target) {
        if (probesLeft <= 0 || !prober.probe(target)) {
            return false;
        }
        probesLeft--;
        asked.computeIfAbsent(target, any -> new HashSet<>()).add(index);
        return true;
    }

    /** A probe of a backend that connects had failed to, or that is ill. */
    private void judge(int index, Result result, long now) {
        Optional<BackendEntry> found = tcp(index).filter(it -> target(it).equals(result.target()));
        Ward ward = backends.get(index);
        if (found.isEmpty()) {
            backends.remove(index);
            return;
        }
        BackendEntry entry = found.get();
        if (ward != null && ward.patient.ill()) {
            if (ward.patient.answered(result.answered(), now)) {
                if (entry.state() == State.QUARANTINED) {
                    tables.setBackendState(index, State.ACTIVE);
                }
                events.add(
                        "RELEASED",
                        text(result.target()),
                        "answered %d probes in a row and gets new connections again".formatted(Patient.ANSWERS));
            }
        } else if (!result.answered()) {
            Ward ill = ward(index, entry);
            ill.patient.fallIll(now);
            if (entry.state() == State.ACTIVE) {
                tables.setBackendState(index, State.QUARANTINED);
            }
            events.add(
                    "QUARANTINED",
                    text(result.target()),
                    "a connect failed and a probe was not answered; no new connections, probed again every %d s, for the %d. time"
                            .formatted(ill.patient.hold().toSeconds(), ill.patient.times()));
            suspectCluster(entry.clusterId(), result.target());
        }
    }

    private void suspectCluster(int cluster, Target silent) {
        if (cluster == ownCluster || tables.isClusterDown(cluster)) {
            return;
        }
        Lost lost = clusters.computeIfAbsent(cluster, any -> new Lost());
        lost.answers = false;
        lost.silent.clear();
        backends.values().stream()
                .filter(it -> it.clusterId == cluster && it.patient.ill())
                .forEach(it -> lost.silent.add(it.target));
        lost.silent.add(silent);
        Set<Target> sample = new HashSet<>();
        for (Target target : targets(cluster)) {
            if (!lost.silent.contains(target) && sample.size() < SAMPLE && prober.probe(target)) {
                sample.add(target);
            }
        }
        if (sample.isEmpty()) {
            decide(cluster, lost, clock.monotonicNanos());
        }
    }

    private void judgeClusters(Result result, long now) {
        for (Map.Entry<Integer, Lost> entry : Map.copyOf(clusters).entrySet()) {
            int cluster = entry.getKey();
            Lost lost = entry.getValue();
            if (!targets(cluster).contains(result.target())) {
                continue;
            }
            if (lost.patient.ill()) {
                boolean wasAsked = Objects.equals(result.target(), lost.asked);
                if (!wasAsked && !result.answered()) {
                    continue; // one of its backends that is probed for its own sake
                }
                lost.next += result.answered() ? 0 : 1;
                if (lost.patient.answered(result.answered(), now)) {
                    lost.answers = true;
                    lost.silent.clear();
                    tables.setClusterDown(cluster, false);
                    events.add(
                            "CLUSTER_UP", "cluster " + cluster, "its backends answer again; it gets new connections");
                }
            } else if (result.answered()) {
                lost.answers = true;
            } else {
                lost.silent.add(result.target());
                decide(cluster, lost, now);
            }
        }
    }

    private void decide(int cluster, Lost lost, long now) {
        int all = targets(cluster).size();
        if (lost.answers || lost.silent.size() < Math.min(ENOUGH, all) || tables.isClusterDown(cluster)) {
            return;
        }
        if (!anotherIsUp(cluster)) {
            events.add(
                    "CLUSTER_KEPT",
                    "cluster " + cluster,
                    "none of %d backends answered, but there is no other cluster to go to; it stays"
                            .formatted(lost.silent.size()));
            return;
        }
        lost.patient.fallIll(now);
        tables.setClusterDown(cluster, true);
        events.add(
                "CLUSTER_DOWN",
                "cluster " + cluster,
                "connects failed, and none of %d backends that were probed answered; no service sends new connections there, it is probed again every %d s"
                        .formatted(lost.silent.size(), lost.patient.hold().toSeconds()));
    }

    private boolean anotherIsUp(int cluster) {
        for (int index = 1; index < tables.capacity().backends(); index++) {
            Optional<BackendEntry> entry = tables.backend(index);
            if (entry.isPresent()
                    && entry.get().clusterId() != cluster
                    && entry.get().state() == State.ACTIVE
                    && !tables.isClusterDown(entry.get().clusterId())) {
                return true;
            }
        }
        return false;
    }

    /** Somebody else may have written the state of an ill backend, or its entry may be gone. */
    private void hold(long now) {
        backends.entrySet().removeIf(it -> {
            Optional<BackendEntry> entry =
                    tcp(it.getKey()).filter(found -> target(found).equals(it.getValue().target));
            if (entry.isPresent() && it.getValue().patient.ill() && entry.get().state() == State.ACTIVE) {
                tables.setBackendState(it.getKey(), State.QUARANTINED);
            }
            return entry.isEmpty() || it.getValue().patient.forgotten(now);
        });
        clusters.values().removeIf(it -> it.patient.times() > 0 && it.patient.forgotten(now));
    }

    private void askAgain(long now) {
        backends.forEach((index, ward) -> {
            if (probesLeft > 0 && ward.patient.takeTurn(now) && !ask(index, ward.target)) {
                ward.patient.answered(false, now); // no room for a probe; its turn comes again
            }
        });
        clusters.forEach((cluster, lost) -> {
            if (!lost.patient.takeTurn(now)) {
                return;
            }
            List<Target> all = List.copyOf(targets(cluster));
            if (all.isEmpty()) {
                lost.patient.answered(true, now); // nothing left that could be dead
                if (!lost.patient.ill()) {
                    tables.setClusterDown(cluster, false);
                }
                return;
            }
            Target next = all.get(lost.next % all.size());
            lost.asked = next;
            if (!prober.probe(next)) {
                lost.patient.answered(false, now);
            }
        });
    }

    private Ward ward(int index, BackendEntry entry) {
        return backends.computeIfAbsent(index, any -> new Ward(target(entry), entry.clusterId()));
    }

    private Optional<BackendEntry> tcp(int index) {
        if (index < 1 || index >= tables.capacity().backends()) {
            return Optional.empty();
        }
        return tables.backend(index).filter(it -> it.l4().protocol() == Protocol.TCP);
    }

    /** Where a peer's backends listen, by TCP, in the order of their indexes. */
    private Set<Target> targets(int cluster) {
        return targets.computeIfAbsent(cluster, this::readTargets);
    }

    private Set<Target> readTargets(int cluster) {
        Set<Target> found = new LinkedHashSet<>();
        for (int index = 1; index < tables.capacity().backends(); index++) {
            tcp(index)
                    .filter(it -> it.clusterId() == cluster && it.state() != State.TERMINATING)
                    .ifPresent(it -> found.add(target(it)));
        }
        return found;
    }

    private static Target target(BackendEntry entry) {
        return new Target(entry.ip(), entry.l4().port());
    }

    private static String text(Target target) {
        return "backend %s port %d".formatted(target.ip(), target.port());
    }

    private List<Held> held() {
        return backends.entrySet().stream()
                .filter(it -> it.getValue().patient.ill())
                .map(it -> new Held(
                        it.getKey(),
                        it.getValue().target,
                        it.getValue().clusterId,
                        it.getValue().patient.times(),
                        it.getValue().patient.hold().toSeconds()))
                .toList();
    }

    private List<HeldCluster> heldClusters() {
        return clusters.entrySet().stream()
                .filter(it -> it.getValue().patient.ill())
                .map(it -> new HeldCluster(
                        it.getKey(),
                        it.getValue().patient.times(),
                        it.getValue().patient.hold().toSeconds()))
                .toList();
    }
}
