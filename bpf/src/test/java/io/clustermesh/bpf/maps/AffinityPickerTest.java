package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.Pick.Chosen;
import io.clustermesh.bpf.maps.Pick.NoBackend;
import io.clustermesh.bpf.maps.Pick.NotOurs;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The twin in Java of what {@link AffinityKernelIT} sees in the kernel. */
final class AffinityPickerTest {

    private static final FrontendKey VIP = ServiceTablesContract.frontend("10.96.0.10", 80, Protocol.TCP);
    private static final int SERVICE = 3;
    private static final long CLIENT = 77;
    private static final PolicyWord BOTH = PolicyWord.OFF.with(0, 0, 30).with(1, 0, 30);

    /** Time that a test turns. */
    private static final class TurnedClock implements Clock {
        private Duration now = Duration.ofHours(1);

        @Override
        public long monotonicNanos() {
            return now.toNanos();
        }

        @Override
        public Instant now() {
            return Instant.EPOCH.plus(now);
        }

        @Override
        public void sleep(Duration duration) {
            now = now.plus(duration);
        }
    }

    private final ServiceTables tables = new MemoryServiceTables(ServiceTablesContract.CAPACITY);
    private final TurnedClock clock = new TurnedClock();
    private final SplittableRandom random = new SplittableRandom(42);
    private final BackendPicker picker = new BackendPicker(tables, random::nextLong, clock);

    @BeforeEach
    void twoClusters() {
        for (int index = 1; index <= 2; index++) {
            tables.putBackend(
                    index,
                    new BackendEntry(
                            IpAddress.parse("10.1.0." + index), new L4(Protocol.TCP, 8080), index, State.ACTIVE));
        }
        tables.writeTable(0, new int[] {1, 2});
        install(60);
    }

    private void install(int affinitySeconds) {
        tables.putService(
                VIP, new ServiceEntry(SERVICE, List.of(new Slot(1, 0, 1), new Slot(2, 1, 1)), affinitySeconds));
        tables.setPolicy(SERVICE, BOTH);
    }

    private int pick(long client) {
        return ((Chosen) picker.pickFor(VIP, client, random.nextLong())).index();
    }

    private List<Integer> picks(int count) {
        return IntStream.range(0, count).mapToObj(i -> pick(CLIENT)).toList();
    }

    private void settleOnFirst() {
        tables.setPolicy(SERVICE, PolicyWord.OFF.with(0, 0, 30));
        assertThat(pick(CLIENT)).isEqualTo(1);
        tables.setPolicy(SERVICE, BOTH);
    }

    @Test
    void shouldSendAClientToTheBackendItHad() {
        settleOnFirst();

        assertThat(picks(50)).containsOnly(1);
        assertThat(picker.counters()).isEqualTo(new Counters(51, 0, 0, 0, 50, 0));
    }

    @Test
    void shouldSpreadConnectsWithoutAffinity() {
        settleOnFirst();
        install(0);

        assertThat(picks(100)).contains(1, 2);
    }

    @Test
    void shouldTellClientsApart() {
        settleOnFirst();

        assertThat(LongStream.range(100, 200).mapToObj(this::pick)).contains(1, 2);
    }

    @Test
    void shouldForgetAClientThatStayedAwayTooLong() {
        settleOnFirst();
        tables.setPolicy(SERVICE, PolicyWord.OFF.with(0, 0, 1).with(1, 0, 63));
        clock.sleep(Duration.ofSeconds(59));
        assertThat(pick(CLIENT)).isEqualTo(1);
        clock.sleep(Duration.ofSeconds(59));
        assertThat(pick(CLIENT)).as("each use counts anew").isEqualTo(1);

        tables.setPolicy(SERVICE, BOTH);
        clock.sleep(Duration.ofSeconds(60));

        assertThat(picker.counters().kept()).isEqualTo(2);
        pick(CLIENT);
        assertThat(picker.counters().kept()).isEqualTo(2);
    }

    @Test
    void shouldGiveWayWhenTheBackendIsNotToBeHad() {
        List<Runnable> losses = List.of(
                () -> tables.setBackendState(1, State.TERMINATING),
                () -> tables.setBackendState(1, State.QUARANTINED),
                () -> tables.setClusterDown(1, true),
                () -> tables.setPolicy(SERVICE, PolicyWord.OFF.with(1, 0, 1)),
                () -> tables.writeTable(0, new int[] {2}),
                () -> tables.removeBackend(1));
        for (Runnable loss : losses) {
            twoClusters();
            tables.setClusterDown(1, false);
            settleOnFirst();
            long before = picker.counters().gaveWay();
            loss.run();

            assertThat(picks(10)).containsOnly(2);
            assertThat(picker.counters().gaveWay()).isEqualTo(before + 1);
        }
    }

    @Test
    void shouldNotSettleOnATerminatingBackend() {
        tables.setBackendState(1, State.TERMINATING);
        tables.setBackendState(2, State.MAINTENANCE);
        assertThat(pick(CLIENT)).isEqualTo(1);

        tables.setBackendState(2, State.ACTIVE);
        assertThat(picks(10)).containsOnly(2);
    }

    @Test
    void shouldAnswerForWhatIsNotOursAndForNoBackend() {
        assertThat(picker.pickFor(ServiceTablesContract.frontend("10.96.0.11", 80, Protocol.TCP), CLIENT, 1))
                .isEqualTo(new NotOurs());
        tables.setPolicy(SERVICE, PolicyWord.OFF);
        assertThat(picker.pickFor(VIP, CLIENT, 1)).isEqualTo(new NoBackend());
    }

    @Test
    void shouldRememberNoMoreClientsThanTheKernel() {
        KnownClients clients = new KnownClients();
        for (long client = 0; client <= KnownClients.CAPACITY; client++) {
            clients.keep(SERVICE, client, 1, 0);
        }

        assertThat(clients.last(SERVICE, 0, 0, 60)).isEmpty();
        assertThat(clients.last(SERVICE, 1, 0, 60)).hasValue(1);
    }
}
