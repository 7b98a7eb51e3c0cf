package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.model.Protocol;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that come back to the backend they had. A client is a network namespace. */
final class AffinityKernelIT {

    private static final String VIP = "127.96.0.12";
    private static final int PORT = 8081;
    private static final int SERVICE = 1;
    private static final int NEAR = 1;
    private static final int FAR = 2;
    private static final int LONG_SECONDS = 10_800;
    private static final PolicyWord BOTH = PolicyWord.OFF.with(0, 0, 30).with(1, 0, 30);
    private static final PolicyWord ONLY_NEAR = PolicyWord.OFF.with(0, 0, 30);
    private static final PolicyWord ONLY_FAR = PolicyWord.OFF.with(1, 0, 30);

    private final KernelPlace place = KernelPlace.make();
    private final KernelServiceTables tables = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY));
    private final EchoServer near = new EchoServer("near", "127.0.0.2");
    private final EchoServer far = new EchoServer("far", "127.0.0.3");
    private final SocketClient client = place.client();

    @BeforeEach
    void serviceWithAffinity() {
        tables.putBackend(NEAR, near.entry(Protocol.TCP, 1));
        tables.putBackend(FAR, far.entry(Protocol.TCP, 2));
        tables.writeTable(0, new int[] {NEAR, FAR});
        install(Protocol.TCP, LONG_SECONDS);
    }

    private void install(Protocol protocol, int affinitySeconds) {
        tables.putService(
                ServiceTablesContract.frontend(VIP, PORT, protocol),
                new ServiceEntry(SERVICE, List.of(new Slot(1, 0, 1), new Slot(2, 1, 1)), affinitySeconds));
        tables.setPolicy(SERVICE, BOTH);
    }

    @AfterEach
    void leaveNothing() {
        client.close();
        near.close();
        far.close();
        tables.close();
        place.close();
    }

    private List<String> connects(int count) {
        return client.ask("tcp_many", 4, VIP, PORT, count);
    }

    /** One connect goes to near for lack of a choice; from then on that is the client's backend. */
    private void settleOnNear() {
        tables.setPolicy(SERVICE, ONLY_NEAR);
        assertThat(connects(1)).containsExactly("near");
        tables.setPolicy(SERVICE, BOTH);
    }

    @Test
    void shouldSendAClientToTheBackendItHad() {
        settleOnNear();

        assertThat(connects(50)).containsOnly("near");
        assertThat(tables.counters()).isEqualTo(new Counters(51, 0, 0, 51, 50, 0));
    }

    @Test
    void shouldSpreadConnectsWithoutAffinity() {
        settleOnNear();
        install(Protocol.TCP, 0);

        assertThat(connects(200)).contains("near", "far");
    }

    @Test
    void shouldTellClientsApartByTheirNetworkNamespace() {
        settleOnNear();
        try (SocketClient other = place.clientElsewhere()) {
            tables.setPolicy(SERVICE, ONLY_FAR);
            assertThat(other.ask("tcp_many", 4, VIP, PORT, 1)).containsExactly("ENETUNREACH");
            tables.setPolicy(SERVICE, BOTH);

            other.ask("tcp_many", 4, VIP, PORT, 20);

            assertThat(tables.tallies().backend(FAR).begun()).isEqualTo(21);
            assertThat(connects(20)).containsOnly("near");
        }
    }

    @Test
    void shouldGiveWayWhenTheBackendIsNotActive() {
        for (State state : List.of(State.TERMINATING, State.QUARANTINED, State.MAINTENANCE)) {
            settleOnNear();
            tables.setBackendState(NEAR, state);
            assertThat(connects(10)).as(state.toString()).containsOnly("far");

            tables.setBackendState(NEAR, State.ACTIVE);
            assertThat(connects(10)).as("it has another backend now").containsOnly("far");
            tables.setPolicy(SERVICE, ONLY_FAR);
        }
        assertThat(tables.counters().gaveWay()).isEqualTo(5);
    }

    @Test
    void shouldGiveWayWhenTheClusterIsDown() {
        settleOnNear();
        tables.setClusterDown(1, true);

        assertThat(connects(10)).containsOnly("far");
    }

    @Test
    void shouldGiveWayWhenTheClusterIsSwitchedOff() {
        settleOnNear();
        tables.setPolicy(SERVICE, ONLY_FAR);

        assertThat(connects(10)).containsOnly("far");
    }

    @Test
    void shouldNotFollowABackendThatLeftTheServiceButLives() {
        settleOnNear();
        tables.writeTable(0, new int[] {FAR});
        assertThat(connects(10)).containsOnly("far");
    }

    @Test
    void shouldNotFollowAnIndexToItsNextOwner() {
        try (EchoServer stranger = new EchoServer("stranger", "127.0.0.4")) {
            settleOnNear();
            tables.putService(
                    ServiceTablesContract.frontend(VIP, PORT, Protocol.TCP),
                    new ServiceEntry(SERVICE, List.of(new Slot(0, 0, 0), new Slot(2, 1, 1)), LONG_SECONDS));
            tables.removeBackend(NEAR);
            tables.putBackend(NEAR, stranger.entry(Protocol.TCP, 2));

            assertThat(connects(10)).containsOnly("far");
        }
    }

    @Test
    void shouldKeepTheClientWhenTheTableIsRebuiltElsewhere() {
        settleOnNear();
        tables.writeTable(100, new int[] {FAR, NEAR, FAR, FAR});
        tables.putService(
                ServiceTablesContract.frontend(VIP, PORT, Protocol.TCP),
                new ServiceEntry(SERVICE, List.of(new Slot(1, 100, 4), new Slot(2, 1, 1)), LONG_SECONDS));

        assertThat(connects(20)).containsOnly("near");
    }

    @Test
    void shouldForgetAClientThatStayedAwayTooLong() {
        install(Protocol.TCP, 1);
        settleOnNear();
        tables.setPolicy(SERVICE, PolicyWord.OFF.with(0, 0, 1).with(1, 0, 63));

        await().pollDelay(Duration.ofMillis(1_200))
                .pollInterval(Duration.ofMillis(1_200))
                .until(() -> connects(1).contains("far"));
    }

    @Test
    void shouldKeepDatagramsOfAllSocketsOfAClientWithOneBackend() {
        tables.putBackend(NEAR, near.entry(Protocol.UDP, 1));
        tables.putBackend(FAR, far.entry(Protocol.UDP, 2));
        install(Protocol.UDP, LONG_SECONDS);
        tables.setPolicy(SERVICE, ONLY_NEAR);
        client.ask("udp", 4, VIP, PORT, 1);
        tables.setPolicy(SERVICE, BOTH);

        for (int socket = 0; socket < 10; socket++) {
            assertThat(client.ask("udp", 4, VIP, PORT, 1)).containsExactly("near", VIP + ":" + PORT);
            assertThat(client.ask("udp_connected", 4, VIP, PORT)).startsWith("near");
        }
    }

    @Test
    void shouldKnowClientsAndMembersAfterARestart() {
        settleOnNear();
        tables.close();
        try (KernelServiceTables next = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY))) {
            assertThat(connects(20)).containsOnly("near");

            next.writeTable(0, new int[] {FAR});
            assertThat(connects(20)).containsOnly("far");
        }
    }
}
