package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.bpf.sockets.TranslatedSockets;
import io.clustermesh.model.Protocol;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An upgrade from layout v1, under way with real sockets. */
final class MigrationKernelIT {

    private static final String VIP = "127.96.0.14";
    private static final int PORT = 8081;
    private static final FrontendKey TCP = ServiceTablesContract.frontend(VIP, PORT, Protocol.TCP);
    private static final FrontendKey UDP = ServiceTablesContract.frontend(VIP, PORT, Protocol.UDP);
    private static final ServiceEntry TCP_ENTRY = new ServiceEntry(1, List.of(new Slot(1, 0, 1)));
    private static final ServiceEntry UDP_ENTRY = new ServiceEntry(2, List.of(new Slot(1, 1, 1)));
    private static final PolicyWord POLICY = PolicyWord.OFF.with(0, 0, 5);

    private final KernelPlace place = KernelPlace.make();
    private final EchoServer server = new EchoServer("pod", "127.0.0.2");
    private final SocketClient client = place.client();
    private final FormerTables former = new FormerTables(place.config(ServiceTablesContract.CAPACITY));

    @BeforeEach
    void formerAgent() {
        former.backend(1, server.entry(Protocol.TCP, 1))
                .backend(2, server.entry(Protocol.UDP, 1))
                .table(1, 2)
                .service(TCP, TCP_ENTRY, POLICY)
                .service(UDP, UDP_ENTRY, POLICY)
                .down(1L << 9);
        assertThat(connects(2)).as("v1 works").containsOnly("pod");
    }

    @AfterEach
    void leaveNothing() {
        client.close();
        server.close();
        place.close();
    }

    private KernelServiceTables open() {
        return KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY));
    }

    private List<String> connects(int count) {
        return client.ask("tcp_many", 4, VIP, PORT, count);
    }

    @Test
    void shouldAdoptEverything() {
        try (KernelServiceTables tables = open()) {
            assertThat(tables.services()).isEqualTo(Map.of(TCP, TCP_ENTRY, UDP, UDP_ENTRY));
            assertThat(tables.policy(1)).isEqualTo(POLICY);
            assertThat(tables.backend(1)).contains(server.entry(Protocol.TCP, 1));
            assertThat(tables.readTable(0, 3)).containsExactly(1, 2, 0);
            assertThat(tables.isClusterDown(9)).isTrue();
            assertThat(tables.counters()).isEqualTo(new Counters(2, 0, 0, 2));
            assertThat(tables.tallies().backend(1)).isEqualTo(BackendTally.NONE);
            assertThat(former.remain()).isFalse();

            assertThat(connects(2)).containsOnly("pod");
            assertThat(tables.tallies().backend(1).established()).isEqualTo(2);
        }
    }

    @Test
    void shouldNotRefuseAConnectMeanwhile() {
        CompletableFuture<List<String>> replies = CompletableFuture.supplyAsync(() -> connects(2_000));
        open().close();

        assertThat(replies.join()).hasSize(2_000).containsOnly("pod");
    }

    @Test
    void shouldKeepTheSocketsOfBefore() {
        String held = client.ask("udp_hold", 4, VIP, PORT).getFirst();

        open().close();

        assertThat(client.ask("held_peer", held)).containsExactly(VIP + ":" + PORT);
        client.ask("held_send", held);
        await().until(() -> client.ask("held_receive", held).equals(List.of("pod")));
    }

    @Test
    void shouldEndTheSocketsOfBefore() {
        String held = client.ask("udp_hold", 4, VIP, PORT).getFirst();
        open().close();

        try (TranslatedSockets sockets = new TranslatedSockets(place.pinDir())) {
            sockets.end(
                    EnumSet.of(Protocol.UDP),
                    it -> it.entries().isEmpty() && it.frontend().equals(UDP));
        }

        assertThat(client.ask("held_receive", held)).containsExactly("ECONNABORTED");
    }

    @Test
    void shouldStartOverAfterBeingKilledHalfWay() {
        PinnedMaps now = PinnedMaps.current(place.pinDir());
        now.create();
        Migration.due(now).orElseThrow().shareMaps();

        try (KernelServiceTables tables = open()) {
            assertThat(tables.services()).containsOnlyKeys(TCP, UDP);
            assertThat(connects(3)).containsOnly("pod");
        }
        assertThat(former.remain()).isFalse();
    }

    @Test
    void shouldMigrateManyFrontends() {
        IntStream.rangeClosed(1, 250)
                .mapToObj(port -> ServiceTablesContract.frontend("10.96.0.1", port, Protocol.TCP))
                .forEach(key -> former.service(key, TCP_ENTRY, POLICY));

        try (KernelServiceTables tables = open()) {
            assertThat(tables.services()).hasSize(252).containsValue(UDP_ENTRY);
        }
    }

    @Test
    void shouldNotLetLeftoversOfAFormerVersionOverwriteWhatIsNewer() {
        try (KernelServiceTables tables = open()) {
            tables.removeService(UDP);
        }
        new FormerTables(place.config(ServiceTablesContract.CAPACITY)).service(UDP, UDP_ENTRY, POLICY);

        try (KernelServiceTables tables = open()) {
            assertThat(tables.services()).containsOnlyKeys(TCP);
            assertThat(former.remain()).isFalse();
            assertThat(connects(2)).containsOnly("pod");
        }
    }

    @Test
    void shouldRemoveBothVersionsAtUninstall() {
        KernelServiceTables.uninstall(place.pinDir());

        assertThat(place.pinDir()).doesNotExist();
        assertThat(connects(1)).containsOnly("ECONNREFUSED");
    }
}
