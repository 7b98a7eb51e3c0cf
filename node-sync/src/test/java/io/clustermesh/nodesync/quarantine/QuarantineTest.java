package io.clustermesh.nodesync.quarantine;

import static io.clustermesh.nodesync.desired.Records.ip;
import static io.clustermesh.nodesync.desired.Records.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.nodesync.ManualClock;
import io.clustermesh.nodesync.quarantine.Prober.Result;
import io.clustermesh.nodesync.quarantine.Prober.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cluster west (1, our own) with backend 1, east (2) with backends 2 to 6, eu (3) with backend 7. */
class QuarantineTest {

    private static final int WEST = 1;
    private static final int EAST = 2;
    private static final int EU = 3;
    private static final Duration STEP = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();
    private final MemoryServiceTables tables = new MemoryServiceTables(new Capacity(2, 16, 100));
    private final List<Integer> failures = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final FakeProber prober = new FakeProber();
    private Quarantine quarantine = newQuarantine();

    /** Answers a step later, as a probe does. */
    private static final class FakeProber implements Prober {
        private final Set<Target> dead = new HashSet<>();
        private final List<Target> underWay = new ArrayList<>();
        private final List<Target> probed = new ArrayList<>();

        @Override
        public boolean probe(Target target) {
            underWay.add(target);
            probed.add(target);
            return true;
        }

        @Override
        public List<Result> results() {
            List<Result> results = underWay.stream()
                    .distinct()
                    .map(it -> new Result(it, !dead.contains(it)))
                    .toList();
            underWay.clear();
            return results;
        }

        @Override
        public void close() {}
    }

    private Quarantine newQuarantine() {
        return new Quarantine(
                tables,
                WEST,
                limit -> {
                    List<Integer> taken = List.copyOf(failures);
                    failures.clear();
                    return taken;
                },
                prober,
                (kind, subject, message) -> events.add(kind + " " + subject),
                clock);
    }

    @BeforeEach
    void fillTables() {
        backend(1, WEST);
        for (int index = 2; index <= 6; index++) {
            backend(index, EAST);
        }
        backend(7, EU);
        quarantine = newQuarantine();
    }

    private void backend(int index, int cluster) {
        tables.putBackend(
                index, new BackendEntry(ip("10.%d.0.%d".formatted(cluster, index)), tcp(8080), cluster, State.ACTIVE));
    }

    private Target target(int index) {
        return tables.backend(index)
                .map(it -> new Target(it.ip(), it.l4().port()))
                .orElseThrow();
    }

    private void kill(int... indexes) {
        for (int index : indexes) {
            prober.dead.add(target(index));
        }
    }

    private State state(int index) {
        return tables.backend(index).orElseThrow().state();
    }

    private void steps(int count) {
        for (int n = 0; n < count; n++) {
            clock.advance(STEP);
            quarantine.step();
        }
    }

    @Test
    void shouldNotBelieveOneWitness() {
        failures.add(2);
        steps(3);
        assertThat(state(2)).as("the probe was answered").isEqualTo(State.ACTIVE);

        kill(3);
        steps(3);
        assertThat(state(3)).as("no connect failed").isEqualTo(State.ACTIVE);
        assertThat(events).isEmpty();
    }

    @Test
    void shouldQuarantineABackendWithinTwoStepsOfItsFirstFailure() {
        kill(2);
        failures.add(2);

        steps(2);

        assertThat(state(2)).isEqualTo(State.QUARANTINED);
        assertThat(events).containsExactly("QUARANTINED backend 10.2.0.2 port 8080");
        assertThat(quarantine.report().backends()).singleElement().satisfies(it -> {
            assertThat(it.index()).isEqualTo(2);
            assertThat(it.holdSeconds()).isEqualTo(1);
        });
        steps(5);
        assertThat(tables.isClusterDown(EAST)).as("its neighbours answered").isFalse();
    }

    @Test
    void shouldReleaseABackendThatAnswersTwice() {
        kill(2);
        failures.add(2);
        steps(4);
        prober.dead.clear();

        steps(2);
        assertThat(state(2)).as("answered once").isEqualTo(State.QUARANTINED);
        steps(3);

        assertThat(state(2)).isEqualTo(State.ACTIVE);
        assertThat(events).endsWith("RELEASED backend 10.2.0.2 port 8080");
        assertThat(quarantine.report().backends()).isEmpty();
    }

    @Test
    void shouldAskSomebodyWhoKeepsFallingIllLessAndLessOften() {
        List<Long> holds = new ArrayList<>();
        for (int round = 0; round < 7; round++) {
            kill(2);
            failures.add(2);
            steps(2);
            holds.add(quarantine.report().backends().getFirst().holdSeconds());
            prober.dead.clear();
            steps(40);
            assertThat(state(2)).isEqualTo(State.ACTIVE);
        }
        assertThat(holds).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);

        clock.advance(Patient.FORGIVEN.plus(STEP));
        quarantine.step();
        kill(2);
        failures.add(2);
        steps(2);
        assertThat(quarantine.report().backends().getFirst().holdSeconds()).isEqualTo(1);
    }

    @Test
    void shouldMarkAPeerDownByOneBitWhenNoneOfItsBackendsAnswers() {
        kill(2, 3, 4, 5, 6);
        failures.add(4);

        steps(3);

        assertThat(tables.isClusterDown(EAST)).isTrue();
        assertThat(tables.isClusterDown(EU)).isFalse();
        assertThat(events).contains("CLUSTER_DOWN cluster 2");
        assertThat(state(2)).as("no connect of its own had failed").isEqualTo(State.ACTIVE);
        assertThat(quarantine.report().clusters()).hasSize(1);
    }

    @Test
    void shouldBringAPeerBackWhenOneOfItsBackendsAnswers() {
        kill(2, 3, 4, 5, 6);
        failures.add(4);
        steps(5);
        prober.dead.remove(target(6));

        steps(20);

        assertThat(tables.isClusterDown(EAST)).isFalse();
        assertThat(events).contains("CLUSTER_UP cluster 2");
        assertThat(state(4)).as("still dead").isEqualTo(State.QUARANTINED);
    }

    @Test
    void shouldLoseAPeerWithASingleBackend() {
        kill(7);
        failures.add(7);
        steps(3);
        assertThat(tables.isClusterDown(EU)).isTrue();
    }

    @Test
    void shouldNeverMarkTheOwnClusterDown() {
        kill(1);
        failures.add(1);
        steps(5);
        assertThat(state(1)).isEqualTo(State.QUARANTINED);
        assertThat(tables.isClusterDown(WEST)).isFalse();
    }

    @Test
    void shouldKeepTheLastClusterThatHasBackends() {
        tables.removeBackend(1);
        kill(7);
        failures.add(7);
        steps(3);
        assertThat(tables.isClusterDown(EU)).isTrue();

        kill(2, 3, 4, 5, 6);
        failures.add(2);
        steps(4);

        assertThat(tables.isClusterDown(EAST)).isFalse();
        assertThat(events).contains("CLUSTER_KEPT cluster 2");
    }

    @Test
    void shouldHoldABackendThatSomebodyElseMakesActiveButNotOneThatTerminates() {
        kill(2, 3);
        failures.addAll(List.of(2, 3));
        steps(2);
        tables.setBackendState(2, State.ACTIVE);
        tables.setBackendState(3, State.TERMINATING);

        steps(1);

        assertThat(state(2)).isEqualTo(State.QUARANTINED);
        assertThat(state(3)).isEqualTo(State.TERMINATING);
    }

    @Test
    void shouldForgetABackendWhoseEntryIsGoneOrSomebodyElses() {
        kill(2);
        failures.add(2);
        steps(2);
        backend(2, EU);

        steps(3);

        assertThat(state(2)).isEqualTo(State.ACTIVE);
        assertThat(quarantine.report().backends()).isEmpty();
    }

    @Test
    void shouldTakeOverWhatAnEarlierAgentHeld() {
        kill(2, 3, 4, 5, 6);
        failures.add(2);
        steps(4);
        assertThat(tables.isClusterDown(EAST)).isTrue();

        quarantine = newQuarantine();
        prober.dead.clear();
        steps(10);

        assertThat(tables.isClusterDown(EAST)).isFalse();
        assertThat(state(2)).isEqualTo(State.ACTIVE);
    }

    @Test
    void shouldBoundTheProbesOfAStep() {
        MemoryServiceTables many = new MemoryServiceTables(new Capacity(2, 500, 100));
        for (int index = 1; index < 500; index++) {
            many.putBackend(
                    index,
                    new BackendEntry(
                            ip("10.2.%d.%d".formatted(index / 250, index % 250)), tcp(8080), EAST, State.ACTIVE));
            failures.add(index);
        }
        Quarantine crowded = new Quarantine(
                many, WEST, limit -> List.copyOf(failures), prober, (kind, subject, message) -> {}, clock);

        crowded.step();

        assertThat(prober.probed).hasSizeLessThanOrEqualTo(32);
    }
}
