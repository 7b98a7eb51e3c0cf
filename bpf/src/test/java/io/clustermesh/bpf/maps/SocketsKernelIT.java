package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.bpf.maps.Pick.Chosen;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Protocol;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Real sockets against the programs: a client process inside the cgroup, backends on loopback addresses. Virtual IPs
 * are loopback addresses too, so that an untranslated connect is refused at once instead of leaving the machine.
 *
 * <pre>
 *   service 1 TCP, service 2 UDP, each with a frontend per family
 *     slot 0: cluster 1, backends "near" (v4), slot 1: cluster 2, backend "far" (v4), slot 2: cluster 1, "six" (v6)
 * </pre>
 */
final class SocketsKernelIT {

    private static final String VIP = "127.96.0.10";
    private static final String VIP6 = "fd20::10";
    private static final String MAPPED_VIP = "::ffff:" + VIP;
    private static final int PORT = 8081;
    private static final int NEAR = 1;
    private static final int FAR = 2;
    private static final PolicyWord NEAR_THEN_FAR =
            PolicyWord.OFF.with(0, 0, 63).with(1, 1, 63);

    private final KernelPlace place = KernelPlace.make();
    private final KernelServiceTables tables = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY));
    private final EchoServer near = new EchoServer("near", "127.0.0.2");
    private final EchoServer far = new EchoServer("far", "127.0.0.3");
    private final EchoServer six = new EchoServer("six", "::1");
    private final SocketClient client = place.client();

    @BeforeEach
    void services() {
        setUp(Protocol.TCP, 1, 0);
        setUp(Protocol.UDP, 2, 10);
    }

    private void setUp(Protocol protocol, int id, int offset) {
        tables.putBackend(offset + NEAR, near.entry(protocol, 1));
        tables.putBackend(offset + FAR, far.entry(protocol, 2));
        tables.putBackend(offset + 3, six.entry(protocol, 1));
        tables.writeTable(offset * 10, new int[] {offset + NEAR, offset + FAR, offset + 3});
        Slot nearSlot = new Slot(1, offset * 10, 1);
        Slot farSlot = new Slot(2, offset * 10 + 1, 1);
        tables.putService(
                ServiceTablesContract.frontend(VIP, PORT, protocol), new ServiceEntry(id, List.of(nearSlot, farSlot)));
        tables.putService(
                ServiceTablesContract.frontend(VIP6, PORT, protocol),
                new ServiceEntry(id, List.of(new Slot(1, offset * 10 + 2, 1))));
        tables.setPolicy(id, NEAR_THEN_FAR);
    }

    @AfterEach
    void leaveNothing() {
        client.close();
        List.of(near, far, six).forEach(EchoServer::close);
        tables.close();
        place.close();
    }

    private List<String> connects(int count) {
        return client.ask("tcp_many", 4, VIP, PORT, count);
    }

    @Test
    void shouldTranslateTcpAndShowTheFrontendAsPeer() {
        assertThat(client.ask("tcp", 4, VIP, PORT)).containsExactly("near", VIP + ":" + PORT);
        assertThat(tables.counters()).isEqualTo(new Counters(1, 0, 0, 1));
    }

    @Test
    void shouldTranslateTcpOverIpv6() {
        assertThat(client.ask("tcp", 6, VIP6, PORT)).containsExactly("six", VIP6 + ":" + PORT);
    }

    @Test
    void shouldTranslateMappedAddressesOfDualStackSockets() {
        assertThat(client.ask("tcp", 6, MAPPED_VIP, PORT)).containsExactly("near", MAPPED_VIP + ":" + PORT);
    }

    @Test
    void shouldTranslateConnectedUdp() {
        String frontend = VIP + ":" + PORT;
        assertThat(client.ask("udp_connected", 4, VIP, PORT)).containsExactly("near", frontend, frontend);
    }

    @Test
    void shouldTranslateConnectedUdpOverIpv6AndMapped() {
        assertThat(client.ask("udp_connected", 6, VIP6, PORT))
                .containsExactly("six", VIP6 + ":" + PORT, VIP6 + ":" + PORT);
        assertThat(client.ask("udp_connected", 6, MAPPED_VIP, PORT))
                .containsExactly("near", MAPPED_VIP + ":" + PORT, MAPPED_VIP + ":" + PORT);
    }

    @Test
    void shouldTranslateUnconnectedUdpAndRestoreTheSource() {
        String frontend = VIP + ":" + PORT;
        assertThat(client.ask("udp", 4, VIP, PORT, 2)).containsExactly("near", frontend, "near", frontend);
    }

    @Test
    void shouldTranslateUnconnectedUdpOverIpv6AndMapped() {
        assertThat(client.ask("udp", 6, VIP6, PORT, 1)).containsExactly("six", VIP6 + ":" + PORT);
        assertThat(client.ask("udp", 6, MAPPED_VIP, PORT, 1)).containsExactly("near", MAPPED_VIP + ":" + PORT);
    }

    @Test
    void shouldKeepTheDatagramsOfASocketWithOneBackend() {
        tables.setPolicy(2, PolicyWord.OFF.with(0, 0, 30).with(1, 0, 30));

        List<String> answers = client.ask("udp", 4, VIP, PORT, 20);

        assertThat(answers)
                .doesNotContainSequence("near", VIP + ":" + PORT, "far")
                .hasSize(40);
        assertThat(answers.stream().distinct()).hasSize(2);
    }

    /** The kernel seeds the draws of unconnected sockets with their cookie, so its choice can be foretold. */
    @Test
    void shouldChooseAsThePickerForetells() {
        tables.setPolicy(2, PolicyWord.OFF.with(0, 0, 21).with(1, 0, 42));
        tables.writeTable(200, new int[] {10 + NEAR, 10 + FAR, 0, 10 + FAR, 10 + NEAR});
        FrontendKey frontend = ServiceTablesContract.frontend(VIP, PORT, Protocol.UDP);
        tables.putService(frontend, new ServiceEntry(2, List.of(new Slot(1, 200, 5), new Slot(2, 202, 3))));
        BackendPicker picker = new BackendPicker(tables, () -> 0);

        List<String> answers = client.ask("udp_cookies", 4, VIP, PORT, 100);

        for (int i = 0; i < answers.size(); i += 2) {
            long seed = Long.parseUnsignedLong(answers.get(i)) * 0x9e3779b97f4a7c15L;
            Chosen chosen = (Chosen) picker.pick(frontend, seed);
            String foretold = chosen.backend().ip().equals(IpAddress.parse("127.0.0.2")) ? "near" : "far";
            assertThat(answers.get(i + 1)).as("cookie " + answers.get(i)).isEqualTo(foretold);
        }
        assertThat(tables.counters().retries())
                .isPositive()
                .isEqualTo(picker.counters().retries());
    }

    /** All slots in all tiers, some of their clusters down. */
    @Test
    void shouldChooseAsThePickerForetellsWhateverThePolicy() {
        long trueSeed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(trueSeed);
        FrontendKey frontend = ServiceTablesContract.frontend(VIP, PORT, Protocol.UDP);
        BackendPicker picker = new BackendPicker(tables, () -> 0);
        tables.writeTable(200, new int[] {10 + NEAR, 10 + FAR});
        for (int round = 0; round < 25; round++) {
            List<Slot> slots = new ArrayList<>();
            PolicyWord policy = PolicyWord.OFF.with(0, 3, 1);
            for (int n = 0; n < ServiceEntry.MAX_SLOTS; n++) {
                slots.add(new Slot(n + 60, 200 + random.nextInt(2), n == 0 ? 1 : random.nextInt(2)));
                if (n > 0) {
                    policy = policy.with(n, random.nextInt(4), random.nextInt(64));
                    tables.setClusterDown(n + 60, random.nextInt(4) == 0);
                }
            }
            tables.putService(frontend, new ServiceEntry(2, slots));
            tables.setPolicy(2, policy);

            List<String> answers = client.ask("udp_cookies", 4, VIP, PORT, 20);

            for (int i = 0; i < answers.size(); i += 2) {
                long seed = Long.parseUnsignedLong(answers.get(i)) * 0x9e3779b97f4a7c15L;
                Chosen chosen = (Chosen) picker.pick(frontend, seed);
                String foretold = chosen.backend().clusterId() == 1 ? "near" : "far";
                assertThat(answers.get(i + 1))
                        .as("seed %d, policy %x, slots %s", trueSeed, policy.bits(), slots)
                        .isEqualTo(foretold);
            }
        }
    }

    @Test
    void shouldShowTheRealPeerAfterASocketMovedAwayFromTheFrontend() {
        int direct = near.port(Protocol.UDP);
        assertThat(client.ask("udp_reconnect", 4, VIP, PORT, "127.0.0.2", direct))
                .containsExactly("127.0.0.2:" + direct);
    }

    @Test
    void shouldLeaveAloneWhatIsNotOurs() {
        int direct = near.port(Protocol.TCP);
        assertThat(client.ask("tcp", 4, "127.0.0.2", direct)).containsExactly("near", "127.0.0.2:" + direct);
        assertThat(tables.counters()).isEqualTo(Counters.NONE);
    }

    @Test
    void shouldLeaveAloneProcessesOutsideTheCgroup() {
        try (SocketClient outside = new SocketClient()) {
            assertThat(outside.ask("tcp", 4, VIP, PORT)).containsExactly("error", "ECONNREFUSED");
            assertThat(tables.counters()).isEqualTo(Counters.NONE);
        }
    }

    @Test
    void shouldRefuseWithoutABackend() {
        tables.setPolicy(1, PolicyWord.OFF);
        tables.setPolicy(2, PolicyWord.OFF);

        assertThat(client.ask("tcp", 4, VIP, PORT)).containsExactly("error", "ECONNREFUSED");
        assertThat(client.ask("tcp", 6, VIP6, PORT)).containsExactly("error", "ECONNREFUSED");
        assertThat(client.ask("udp", 4, VIP, PORT, 1)).containsExactly("error", "ECONNREFUSED");
        assertThat(tables.counters()).isEqualTo(new Counters(0, 3, 0, 0));
    }

    @Test
    void shouldNotSendOneFamilyToABackendOfTheOther() {
        tables.putBackend(NEAR, six.entry(Protocol.TCP, 1));

        assertThat(client.ask("tcp", 4, VIP, PORT)).containsExactly("far", VIP + ":" + PORT);
    }

    @Test
    void shouldObeyThePolicyWordAtTheNextConnect() {
        for (int i = 0; i < 5; i++) {
            tables.setPolicy(1, PolicyWord.OFF.with(0, 1, 63).with(1, 0, 63));
            assertThat(connects(1)).containsExactly("far");
            tables.setPolicy(1, NEAR_THEN_FAR);
            assertThat(connects(1)).containsExactly("near");
        }
    }

    @Test
    void shouldObeyTheClusterDownBitAtTheNextConnect() {
        for (int i = 0; i < 5; i++) {
            tables.setClusterDown(1, true);
            assertThat(connects(1)).containsExactly("far");
            tables.setClusterDown(1, false);
            assertThat(connects(1)).containsExactly("near");
        }
    }

    @Test
    void shouldObeyTheStateOfABackendAtTheNextConnect() {
        for (int i = 0; i < 5; i++) {
            tables.setBackendState(NEAR, State.QUARANTINED);
            assertThat(connects(1)).containsExactly("far");
            tables.setBackendState(NEAR, State.ACTIVE);
            assertThat(connects(1)).containsExactly("near");
        }
        assertThat(tables.counters().retries()).isEqualTo(5 * BackendPicker.PROBES);
    }

    @Test
    void shouldPassOverADeadBackendBesideALiveOne() {
        tables.writeTable(50, new int[] {NEAR, FAR, NEAR, FAR});
        tables.putService(
                ServiceTablesContract.frontend(VIP, PORT, Protocol.TCP),
                new ServiceEntry(1, List.of(new Slot(1, 50, 4), new Slot(2, 51, 1))));
        tables.removeBackend(NEAR);

        assertThat(connects(100)).containsOnly("far");
    }

    @Test
    void shouldTakeATerminatingBackendOnlyIfNobodyIsActive() {
        tables.setBackendState(NEAR, State.TERMINATING);
        assertThat(connects(20)).containsOnly("far");

        tables.setBackendState(FAR, State.MAINTENANCE);
        assertThat(connects(20)).containsOnly("near");
    }

    @Test
    void shouldObeyWeights() {
        tables.setPolicy(1, PolicyWord.OFF.with(0, 0, 45).with(1, 0, 15));

        List<String> replies = connects(1000);

        assertThat(replies).containsOnly("near", "far");
        assertThat(Collections.frequency(replies, "near") / 1000.0).isCloseTo(0.75, within(0.06));
    }
}
