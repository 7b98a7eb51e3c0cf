package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.Pick.Chosen;
import io.clustermesh.bpf.maps.Pick.NoBackend;
import io.clustermesh.bpf.maps.Pick.NotOurs;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BackendPickerTest {

    private static final FrontendKey VIP = ServiceTablesContract.frontend("10.96.0.10", 80, Protocol.TCP);
    private static final int SERVICE = 3;

    private final ServiceTables tables = new MemoryServiceTables(ServiceTablesContract.CAPACITY);
    private final SplittableRandom random = new SplittableRandom(42);
    private final BackendPicker picker = new BackendPicker(tables, random::nextLong);

    /** Slot 0: backends 1 and 2 of cluster 1. Slot 1: backend 3 of cluster 2. Tiers 0 and 1. */
    @BeforeEach
    void twoClusters() {
        for (int index = 1; index <= 3; index++) {
            tables.putBackend(index, backend(index, State.ACTIVE));
        }
        tables.writeTable(16, new int[] {1, 2, 1, 2});
        tables.writeTable(32, new int[] {3});
        tables.putService(VIP, new ServiceEntry(SERVICE, List.of(new Slot(1, 16, 4), new Slot(2, 32, 1))));
        tables.setPolicy(SERVICE, PolicyWord.OFF.with(0, 0, 63).with(1, 1, 63));
    }

    private static BackendEntry backend(int index, State state) {
        return new BackendEntry(IpAddress.parse("10.1.0." + index), new L4(Protocol.TCP, 8080), 1, state);
    }

    private Map<Integer, Long> shares(int picks) {
        return IntStream.range(0, picks)
                .mapToObj(i -> picker.pick(VIP))
                .map(pick -> ((Chosen) pick).index())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    @Test
    void shouldLeaveAloneWhatIsNotOurs() {
        assertThat(picker.pick(ServiceTablesContract.frontend("10.96.0.10", 81, Protocol.TCP)))
                .isEqualTo(new NotOurs());
    }

    @Test
    void shouldSpreadOverTheBestTierOnly() {
        assertThat(shares(1000)).containsOnlyKeys(1, 2);
    }

    @Test
    void shouldMoveWithThePolicyWord() {
        tables.setPolicy(SERVICE, PolicyWord.OFF.with(0, 1, 63).with(1, 0, 1));

        assertThat(shares(100)).containsOnlyKeys(3);
    }

    @Test
    void shouldLeaveALostCluster() {
        tables.setClusterDown(1, true);

        assertThat(shares(100)).containsOnlyKeys(3);
    }

    @Test
    void shouldPassOverBackendsThatAreNotActive() {
        tables.setBackendState(1, State.MAINTENANCE);

        // one pick in 2^8 draws the dead half of the table every time and spills over, until the table is rebuilt
        assertThat(shares(1000))
                .doesNotContainKey(1)
                .hasEntrySatisfying(2, n -> assertThat(n).isGreaterThan(980));
        assertThat(picker.counters().retries()).isPositive();
    }

    @Test
    void shouldTryTheNextTierWhenNobodyIsActiveInTheBest() {
        tables.setBackendState(1, State.QUARANTINED);
        tables.removeBackend(2);

        assertThat(shares(100)).containsOnlyKeys(3);
    }

    @Test
    void shouldTakeATerminatingBackendOnlyIfNobodyIsActive() {
        tables.setBackendState(1, State.TERMINATING);
        tables.setBackendState(2, State.MAINTENANCE);
        assertThat(shares(100)).containsOnlyKeys(3);

        tables.setBackendState(3, State.MAINTENANCE);
        assertThat(shares(100)).containsOnlyKeys(1);
    }

    @Test
    void shouldObeyWeightsWithinATier() {
        tables.setPolicy(SERVICE, PolicyWord.OFF.with(0, 0, 10).with(1, 0, 30));

        assertThat(shares(20_000).getOrDefault(3, 0L) / 20_000.0).isCloseTo(0.75, within(0.02));
    }

    @Test
    void shouldRefuseWhenEverySlotIsOff() {
        tables.setPolicy(SERVICE, PolicyWord.OFF);

        assertThat(picker.pick(VIP)).isEqualTo(new NoBackend());
        assertThat(picker.counters()).isEqualTo(new Counters(0, 1, 0, 0));
    }

    @Test
    void shouldSurviveATableThatPointsNowhere() {
        tables.writeTable(16, new int[] {0, 9_999, -1, 0});
        tables.setClusterDown(2, true);

        assertThat(picker.pick(VIP)).isEqualTo(new NoBackend());
    }

    @Test
    void shouldChooseAlikeForEqualSeeds() {
        for (long seed = 0; seed < 100; seed++) {
            assertThat(picker.pick(VIP, seed)).isEqualTo(picker.pick(VIP, seed));
        }
    }
}
