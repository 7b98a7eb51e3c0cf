package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.bpf.maps.ConnectFailure.Kind;
import io.clustermesh.bpf.maps.ConnectFailure.Target;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How connects end, as the kernel counts and tells it. */
final class TalliesKernelIT {

    private static final String VIP = "127.96.0.13";
    private static final int PORT = 8081;
    private static final int SERVICE = 3;
    private static final int BACKEND = 5;
    private static final int CLUSTER = 7;

    private final KernelPlace place = KernelPlace.make();
    private final KernelServiceTables tables = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY));
    private final ConnectTallies tallies = tables.tallies();
    private final EchoServer server = new EchoServer("pod", "127.0.0.2");
    private final SocketClient client = place.client();

    @BeforeEach
    void service() {
        tables.putBackend(BACKEND, server.entry(Protocol.TCP, CLUSTER));
        tables.writeTable(0, new int[] {BACKEND});
        tables.putService(
                ServiceTablesContract.frontend(VIP, PORT, Protocol.TCP),
                new ServiceEntry(SERVICE, List.of(new Slot(CLUSTER, 0, 1))));
        tables.setPolicy(SERVICE, PolicyWord.OFF.with(0, 0, 1));
    }

    @AfterEach
    void leaveNothing() {
        client.close();
        server.close();
        tables.close();
        place.close();
    }

    private void backendAt(int port) {
        tables.putBackend(
                BACKEND,
                new BackendEntry(
                        IpAddress.parse("127.0.0.2"), new L4(Protocol.TCP, port), CLUSTER, BackendEntry.State.ACTIVE));
    }

    /** A port where nobody listens. */
    private static int closedPort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldCountEstablishedConnects() {
        client.ask("tcp_many", 4, VIP, PORT, 3);

        assertThat(tallies.backend(BACKEND)).isEqualTo(new BackendTally(3, 3, 0, 0));
        assertThat(tallies.service(SERVICE)).isEqualTo(new ServiceTally(3, 3, 0, 0));
        assertThat(tallies.failures(10)).isEmpty();
    }

    @Test
    void shouldCountConnectsOfDualStackSockets() {
        client.ask("tcp", 6, "::ffff:" + VIP, PORT);

        assertThat(tallies.backend(BACKEND)).isEqualTo(new BackendTally(1, 1, 0, 0));
    }

    @Test
    void shouldCountAndTellRefusedConnects() {
        backendAt(closedPort());

        assertThat(client.ask("tcp_many", 4, VIP, PORT, 2)).containsOnly("ECONNREFUSED");

        assertThat(tallies.backend(BACKEND)).isEqualTo(new BackendTally(2, 0, 2, 0));
        assertThat(tallies.service(SERVICE)).isEqualTo(new ServiceTally(2, 0, 2, 0));
        assertThat(tallies.failures(10)).hasSize(2).allSatisfy(failure -> {
            assertThat(failure.target()).isEqualTo(new Target(SERVICE, BACKEND, CLUSTER));
            assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
            assertThat(failure.resent()).isZero();
        });
        assertThat(tallies.failures(10)).as("taken once").isEmpty();
    }

    /** A listener whose queue is full drops SYNs, as a dead host does. */
    private void withSilentBackend(Runnable test) {
        try (ServerSocket silent =
                        new ServerSocket(0, 1, IpAddress.parse("127.0.0.2").toInetAddress());
                Socket first = new Socket(silent.getInetAddress(), silent.getLocalPort());
                Socket second = new Socket(silent.getInetAddress(), silent.getLocalPort())) {
            assertThat(Stream.of(first, second)).allMatch(Socket::isConnected);
            backendAt(silent.getLocalPort());
            test.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldCountAndTellConnectsThatTimeOut() {
        withSilentBackend(
                () -> assertThat(client.ask("tcp_one_resend", 4, VIP, PORT)).containsExactly("ETIMEDOUT"));

        assertThat(tallies.backend(BACKEND)).isEqualTo(new BackendTally(1, 0, 0, 1));
        assertThat(tallies.failures(10)).singleElement().satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
            assertThat(failure.resent()).isPositive();
            assertThat(failure.waited()).isPositive();
        });
    }

    @Test
    void shouldCountAndTellConnectsThatTheApplicationGivesUpAfterASecondSyn() {
        withSilentBackend(
                () -> assertThat(client.ask("tcp", 4, VIP, PORT)).first().isEqualTo("error"));

        assertThat(tallies.backend(BACKEND)).isEqualTo(new BackendTally(1, 0, 0, 1));
        assertThat(tallies.failures(10))
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.GAVE_UP));
    }

    @Test
    void shouldNotBlameTheBackendWhenTheApplicationGivesUpAtOnce() {
        withSilentBackend(
                () -> assertThat(client.ask("tcp_impatient", 4, VIP, PORT)).containsExactly("EINPROGRESS"));

        assertThat(tallies.backend(BACKEND)).isEqualTo(new BackendTally(1, 0, 0, 0));
        assertThat(tallies.failures(10)).isEmpty();
    }

    @Test
    void shouldCountWhatNeverLeftTheMachineAsBegunOnly() {
        try (SocketClient cutOff = place.clientElsewhere()) {
            assertThat(cutOff.ask("tcp_many", 4, VIP, PORT, 1)).containsExactly("ENETUNREACH");
        }
        assertThat(tallies.backend(BACKEND)).isEqualTo(new BackendTally(1, 0, 0, 0));
    }

    @Test
    void shouldCountConnectsWithoutABackendToTheService() {
        tables.setPolicy(SERVICE, PolicyWord.OFF);

        client.ask("tcp_many", 4, VIP, PORT, 4);

        assertThat(tallies.service(SERVICE)).isEqualTo(new ServiceTally(0, 0, 0, 4));
        assertThat(tallies.backend(BACKEND)).isEqualTo(BackendTally.NONE);
    }

    @Test
    void shouldNotCountWhatIsNotOurs() {
        client.ask("tcp", 4, "127.0.0.2", server.port(Protocol.TCP));
        client.ask("tcp_many", 4, "127.0.0.2", closedPort(), 1);

        assertThat(tallies.backend(BACKEND)).isEqualTo(BackendTally.NONE);
        assertThat(tallies.failures(10)).isEmpty();
    }

    @Test
    void shouldStartAnewWhenAnEntryGetsAnotherOwner() {
        client.ask("tcp", 4, VIP, PORT);
        tables.removeBackend(BACKEND);
        tables.removeService(ServiceTablesContract.frontend(VIP, PORT, Protocol.TCP));
        tables.putBackend(
                BACKEND,
                new BackendEntry(
                        IpAddress.parse("127.0.0.9"), new L4(Protocol.TCP, 1), CLUSTER, BackendEntry.State.ACTIVE));

        assertThat(tallies.backend(BACKEND)).isEqualTo(BackendTally.NONE);
        assertThat(tallies.service(SERVICE)).isEqualTo(ServiceTally.NONE);
    }

    @Test
    void shouldHandOutFailuresInPortionsAndCountThoseWithoutRoom() {
        backendAt(closedPort());
        int told = 0;

        client.ask("tcp_many", 4, VIP, PORT, 6_000);

        assertThat(tallies.failures(100)).hasSize(100);
        told += 100;
        for (List<ConnectFailure> part = tallies.failures(1_000); !part.isEmpty(); part = tallies.failures(1_000)) {
            assertThat(part).hasSizeLessThanOrEqualTo(1_000);
            told += part.size();
        }
        assertThat(told).isLessThan(6_000);
        assertThat(tallies.lostFailures()).isEqualTo(6_000 - told);
        client.ask("tcp_many", 4, VIP, PORT, 1);
        assertThat(tallies.failures(10)).as("there is room again").hasSize(1);
    }

    @Test
    void shouldGoOnReadingWhereTheLastAgentStopped() {
        backendAt(closedPort());
        client.ask("tcp_many", 4, VIP, PORT, 5);
        assertThat(tallies.failures(2)).hasSize(2);
        tables.close();

        try (KernelServiceTables next = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY))) {
            assertThat(next.tallies().failures(10)).hasSize(3);
            assertThat(next.tallies().backend(BACKEND)).isEqualTo(new BackendTally(5, 0, 5, 0));
            client.ask("tcp_many", 4, VIP, PORT, 1);
            await().untilAsserted(() -> assertThat(next.tallies().failures(10)).hasSize(1));
        }
    }
}
