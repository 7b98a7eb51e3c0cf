package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.bpf.sockets.TranslatedSockets;
import io.clustermesh.bpf.sockets.TranslatedSockets.Outcome;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sockets that are stuck on a dead backend, in this network namespace and in another. */
final class TranslatedSocketsKernelIT {

    private static final String VIP = "127.96.0.15";
    private static final String OTHER_VIP = "127.96.0.16";
    private static final String VIP6 = "fd20::15";
    private static final int PORT = 8081;
    private static final IpAddress DEAD = IpAddress.parse("127.0.0.2");
    private static final Set<Protocol> UDP = EnumSet.of(Protocol.UDP);

    private final KernelPlace place = KernelPlace.make();
    private final KernelServiceTables tables = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY));
    private final EchoServer dead = new EchoServer("dead", "127.0.0.2");
    private final EchoServer alive = new EchoServer("alive", "127.0.0.3");
    private final EchoServer six = new EchoServer("six", "::1");
    private final ServerSocket patient = patientServer();
    private final SocketClient client = place.client();
    private final TranslatedSockets sockets = new TranslatedSockets(place.pinDir());

    /** Never accepts, so that connections stay open. */
    private static ServerSocket patientServer() {
        try {
            return new ServerSocket(0, 10, DEAD.toInetAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void services() {
        BackendEntry tcp =
                new BackendEntry(DEAD, new L4(Protocol.TCP, patient.getLocalPort()), 1, BackendEntry.State.ACTIVE);
        install(1, VIP, Protocol.UDP, dead.entry(Protocol.UDP, 1));
        install(2, OTHER_VIP, Protocol.UDP, alive.entry(Protocol.UDP, 2));
        install(3, VIP6, Protocol.UDP, six.entry(Protocol.UDP, 3));
        install(4, VIP, Protocol.TCP, tcp);
    }

    private void install(int id, String vip, Protocol protocol, BackendEntry backend) {
        tables.putBackend(id, backend);
        tables.writeTable(id, new int[] {id});
        tables.putService(
                ServiceTablesContract.frontend(vip, PORT, protocol),
                new ServiceEntry(id, List.of(new Slot(backend.clusterId(), id, 1))));
        tables.setPolicy(id, PolicyWord.OFF.with(0, 0, 1));
    }

    @AfterEach
    void leaveNothing() throws IOException {
        sockets.close();
        client.close();
        List.of(dead, alive, six).forEach(EchoServer::close);
        patient.close();
        tables.close();
        place.close();
    }

    private static boolean isDead(Translation translation) {
        return translation.ip().equals(DEAD);
    }

    private static String hold(SocketClient client, String command, int family, String host) {
        return client.ask(command, family, host, PORT).getFirst();
    }

    private List<String> received(String held) {
        return client.ask("held_receive", held);
    }

    @Test
    void shouldEndUdpSocketsOnDeadBackendsOnly() {
        String stuck = hold(client, "udp_hold", 4, VIP);
        String mapped = hold(client, "udp_hold", 6, "::ffff:" + VIP);
        String fine = hold(client, "udp_hold", 4, OTHER_VIP);

        Outcome outcome = sockets.end(UDP, TranslatedSocketsKernelIT::isDead);

        assertThat(outcome.found()).isEqualTo(3);
        assertThat(outcome.ended()).isEqualTo(2);
        assertThat(outcome.refused()).isZero();
        assertThat(received(stuck)).containsExactly("ECONNABORTED");
        assertThat(received(mapped)).containsExactly("ECONNABORTED");
        client.ask("held_send", fine);
        await().until(() -> received(fine).equals(List.of("alive")));
    }

    @Test
    void shouldEndIpv6Sockets() {
        String stuck = hold(client, "udp_hold", 6, VIP6);

        assertThat(sockets.end(UDP, any -> true).ended()).isEqualTo(1);
        assertThat(received(stuck)).containsExactly("ECONNABORTED");
    }

    @Test
    void shouldEndTcpOnlyIfAsked() {
        String stuck = hold(client, "tcp_hold", 4, VIP);

        sockets.end(UDP, TranslatedSocketsKernelIT::isDead);
        assertThat(received(stuck)).containsExactly("nothing");

        assertThat(sockets.end(EnumSet.of(Protocol.TCP, Protocol.UDP), TranslatedSocketsKernelIT::isDead)
                        .ended())
                .isEqualTo(1);
        assertThat(received(stuck)).containsExactly("ECONNABORTED");
    }

    @Test
    void shouldLeaveAloneWhoCameWithoutAFrontend() {
        int port = dead.port(Protocol.UDP);
        String direct = client.ask("udp_hold", 4, "127.0.0.2", port).getFirst();

        assertThat(sockets.end(UDP, any -> true)).isEqualTo(new Outcome(0, 0, 0, namespaces(), 0, Optional.empty()));
        client.ask("held_send", direct);
        await().until(() -> received(direct).equals(List.of("dead")));
    }

    private int namespaces() {
        return sockets.end(Set.of(), any -> false).namespaces();
    }

    @Test
    void shouldFindSocketsInOtherNetworkNamespaces() {
        try (SocketClient elsewhere = place.clientElsewhere()) {
            elsewhere.ask("loopback_up");
            String stuck = hold(elsewhere, "udp_hold", 4, VIP);
            int before = namespaces();

            Outcome outcome = sockets.end(UDP, TranslatedSocketsKernelIT::isDead);

            assertThat(before).isGreaterThanOrEqualTo(2);
            assertThat(outcome.ended()).isEqualTo(1);
            assertThat(elsewhere.ask("held_receive", stuck)).containsExactly("ECONNABORTED");
        }
        assertThat(sockets.end(UDP, any -> true).found())
                .as("this thread came home")
                .isZero();
    }

    @Test
    void shouldTellWhatWasTranslatedIntoWhat() {
        hold(client, "udp_hold", 4, OTHER_VIP);
        List<Translation> seen = new ArrayList<>();

        sockets.end(UDP, translation -> !seen.add(translation));

        BackendEntry backend = alive.entry(Protocol.UDP, 2);
        assertThat(seen).singleElement().satisfies(it -> {
            assertThat(it.frontend()).isEqualTo(ServiceTablesContract.frontend(OTHER_VIP, PORT, Protocol.UDP));
            assertThat(it.ip()).isEqualTo(backend.ip());
            assertThat(it.l4()).isEqualTo(backend.l4());
            assertThat(it.entries()).contains(new Translation.Entries(2, 2, 2));
        });
    }

    @Test
    void shouldEndManySockets() {
        for (int i = 0; i < 300; i++) {
            hold(client, "udp_hold", 4, VIP);
        }

        assertThat(sockets.end(UDP, TranslatedSocketsKernelIT::isDead).ended()).isEqualTo(300);
    }
}
