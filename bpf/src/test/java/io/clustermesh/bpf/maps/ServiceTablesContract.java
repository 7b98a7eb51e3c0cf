package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link ServiceTables} keeps. */
abstract class ServiceTablesContract {

    static final Capacity CAPACITY = new Capacity(64, 128, 4096);

    private static final FrontendKey V4 = frontend("10.96.0.10", 80, Protocol.TCP);
    private static final FrontendKey V6 = frontend("fd20::10", 80, Protocol.TCP);
    private static final ServiceEntry ENTRY =
            new ServiceEntry(7, List.of(new Slot(1, 0, 3), new Slot(0, 0, 0), new Slot(511, 3, 5)));
    private static final BackendEntry BACKEND =
            new BackendEntry(IpAddress.parse("10.1.2.3"), new L4(Protocol.TCP, 8080), 255, State.ACTIVE);

    private ServiceTables tables;

    abstract ServiceTables open();

    @BeforeEach
    void openTables() {
        tables = open();
    }

    @AfterEach
    void closeTables() {
        tables.close();
    }

    static FrontendKey frontend(String ip, int port, Protocol protocol) {
        return new FrontendKey(IpAddress.parse(ip), new L4(protocol, port));
    }

    @Test
    void shouldStartEmpty() {
        assertThat(tables.services()).isEmpty();
        assertThat(tables.policy(0)).isEqualTo(PolicyWord.OFF);
        assertThat(tables.backend(1)).isEmpty();
        assertThat(tables.isClusterDown(511)).isFalse();
        assertThat(tables.readTable(0, 4)).containsOnly(0);
    }

    @Test
    void shouldOfferAtLeastTheCapacityAskedFor() {
        assertThat(tables.capacity().services()).isGreaterThanOrEqualTo(CAPACITY.services());
        assertThat(tables.capacity().backends()).isGreaterThanOrEqualTo(CAPACITY.backends());
        assertThat(tables.capacity().tableEntries()).isGreaterThanOrEqualTo(CAPACITY.tableEntries());
    }

    @Test
    void shouldReadBackFrontendsOfBothFamilies() {
        tables.putService(V4, ENTRY);
        tables.putService(V6, ENTRY);

        assertThat(tables.services()).containsOnlyKeys(V4, V6).containsEntry(V6, ENTRY);
        assertThat(tables.service(V4)).contains(ENTRY);
    }

    @Test
    void shouldTellProtocolsAndPortsApart() {
        tables.putService(V4, ENTRY);

        assertThat(tables.service(frontend("10.96.0.10", 80, Protocol.UDP))).isEmpty();
        assertThat(tables.service(frontend("10.96.0.10", 81, Protocol.TCP))).isEmpty();
    }

    @Test
    void shouldTakeAMappedFrontendForTheIpv4One() {
        tables.putService(frontend("::ffff:10.96.0.10", 80, Protocol.TCP), ENTRY);

        assertThat(tables.services()).containsOnlyKeys(V4);
    }

    @Test
    void shouldReplaceAFrontend() {
        ServiceEntry moved = new ServiceEntry(7, List.of(new Slot(2, 16, 1)));
        tables.putService(V4, ENTRY);
        tables.putService(V4, moved);

        assertThat(tables.service(V4)).contains(moved);
    }

    @Test
    void shouldReadBackAffinity() {
        ServiceEntry day = new ServiceEntry(7, ENTRY.slots(), ServiceEntry.MAX_AFFINITY_SECONDS);
        tables.putService(V4, day);
        tables.putService(V6, ENTRY);

        assertThat(tables.service(V4)).contains(day);
        assertThat(tables.service(V6).orElseThrow().hasAffinity()).isFalse();
    }

    @Test
    void shouldRefuseAnAffinityLongerThanADay() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServiceEntry(1, List.of(), 86_401))
                .withMessageContaining("86400");
        assertThatIllegalArgumentException().isThrownBy(() -> new ServiceEntry(1, List.of(), -1));
    }

    @Test
    void shouldRemoveAFrontendAndForgiveAMissingOne() {
        tables.putService(V4, ENTRY);
        tables.removeService(V4);
        tables.removeService(V4);

        assertThat(tables.services()).isEmpty();
    }

    @Test
    void shouldReadBackManyFrontends() {
        List<FrontendKey> frontends = IntStream.range(1, 60)
                .mapToObj(port -> frontend("10.96.0.10", port, Protocol.UDP))
                .toList();
        frontends.forEach(frontend -> tables.putService(frontend, ENTRY));

        assertThat(tables.services().keySet()).containsExactlyInAnyOrderElementsOf(frontends);
    }

    @Test
    void shouldReadBackPolicyWords() {
        PolicyWord word = PolicyWord.OFF.with(0, 1, 63).with(7, 3, 1);
        tables.setPolicy(63, word);

        assertThat(tables.policy(63)).isEqualTo(word);
        assertThat(tables.policy(62)).isEqualTo(PolicyWord.OFF);
    }

    @Test
    void shouldReadBackBackends() {
        BackendEntry six =
                new BackendEntry(IpAddress.parse("fd10:1::5"), new L4(Protocol.UDP, 65_535), 511, State.TERMINATING);
        tables.putBackend(1, BACKEND);
        tables.putBackend(127, six);

        assertThat(tables.backend(1)).contains(BACKEND);
        assertThat(tables.backend(127)).contains(six);
        assertThat(tables.backend(2)).isEmpty();
    }

    @Test
    void shouldChangeOnlyTheStateOfABackend() {
        tables.putBackend(5, BACKEND);
        for (State state : State.values()) {
            tables.setBackendState(5, state);

            assertThat(tables.backend(5))
                    .contains(new BackendEntry(BACKEND.ip(), BACKEND.l4(), BACKEND.clusterId(), state));
        }
    }

    @Test
    void shouldNotMakeABackendBySettingTheStateOfAClearedEntry() {
        tables.setBackendState(5, State.TERMINATING);

        assertThat(tables.backend(5)).isEmpty();
    }

    @Test
    void shouldClearABackend() {
        tables.putBackend(5, BACKEND);
        tables.removeBackend(5);

        assertThat(tables.backend(5)).isEmpty();
    }

    @Test
    void shouldReadBackTablesAnywhereInTheArena() {
        int[] table = IntStream.rangeClosed(1, 1500).toArray();
        tables.writeTable(1000, table);

        assertThat(tables.readTable(1000, 1500)).containsExactly(table);
        assertThat(tables.tableEntry(999)).isZero();
        assertThat(tables.tableEntry(1024)).isEqualTo(25);
        assertThat(tables.tableEntry(2500)).isZero();
    }

    @Test
    void shouldReadBackClusterDownBits() {
        for (int cluster : new int[] {0, 63, 64, 511}) {
            tables.setClusterDown(cluster, true);
        }
        tables.setClusterDown(64, false);

        assertThat(IntStream.range(0, ServiceTables.CLUSTERS).filter(tables::isClusterDown))
                .containsExactly(0, 63, 511);
    }

    @Test
    void shouldRefuseWhatLiesOutsideNamingTheLimit() {
        int services = tables.capacity().services();
        int backends = tables.capacity().backends();
        int entries = tables.capacity().tableEntries();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tables.setPolicy(services, PolicyWord.OFF))
                .withMessageContaining("0.." + (services - 1));
        assertThatIllegalArgumentException().isThrownBy(() -> tables.putBackend(0, BACKEND));
        assertThatIllegalArgumentException().isThrownBy(() -> tables.putBackend(backends, BACKEND));
        assertThatIllegalArgumentException().isThrownBy(() -> tables.setClusterDown(512, true));
        assertThatIllegalArgumentException().isThrownBy(() -> tables.writeTable(entries, new int[1]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tables.putService(V4, new ServiceEntry(0, List.of(new Slot(1, entries, 1)))));
    }
}
