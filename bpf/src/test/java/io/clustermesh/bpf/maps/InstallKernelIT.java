package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.clustermesh.bpf.libbpf.BpfException;
import io.clustermesh.bpf.libbpf.BpfException.WrongPlace;
import io.clustermesh.bpf.libbpf.BpfMap;
import io.clustermesh.bpf.maps.KernelServiceTables.Config;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stays and what goes when agents come and go. */
final class InstallKernelIT {

    private static final Capacity CAPACITY = ServiceTablesContract.CAPACITY;
    private static final String VIP = "127.96.0.11";
    private static final FrontendKey FRONTEND = ServiceTablesContract.frontend(VIP, 8081, Protocol.TCP);
    private static final ServiceEntry ENTRY = new ServiceEntry(1, List.of(new Slot(1, 0, 1)));

    private final KernelPlace place = KernelPlace.make();
    private final EchoServer server = new EchoServer("pod", "127.0.0.2");
    private final SocketClient client = place.client();

    @AfterEach
    void leaveNothing() {
        client.close();
        server.close();
        place.close();
    }

    private KernelServiceTables open() {
        return KernelServiceTables.open(place.config(CAPACITY));
    }

    private void fill() {
        try (KernelServiceTables tables = open()) {
            tables.putBackend(1, server.entry(Protocol.TCP, 1));
            tables.writeTable(0, new int[] {1});
            tables.putService(FRONTEND, ENTRY);
            tables.setPolicy(1, PolicyWord.OFF.with(0, 0, 1));
            tables.setClusterDown(300, true);
        }
    }

    private List<String> connects(int count) {
        return client.ask("tcp_many", 4, VIP, 8081, count);
    }

    @Test
    void shouldGoOnTranslatingWithoutTheAgent() {
        fill();

        assertThat(connects(3)).containsOnly("pod");
    }

    @Test
    void shouldAdoptWhatIsPinned() {
        fill();

        try (KernelServiceTables tables = open()) {
            assertThat(tables.services()).isEqualTo(Map.of(FRONTEND, ENTRY));
            assertThat(tables.policy(1)).isEqualTo(PolicyWord.OFF.with(0, 0, 1));
            assertThat(tables.backend(1)).contains(server.entry(Protocol.TCP, 1));
            assertThat(tables.isClusterDown(300)).isTrue();
            assertThat(connects(3)).containsOnly("pod");
        }
    }

    @Test
    void shouldReplaceProgramsWithoutAGap() {
        fill();

        CompletableFuture<List<String>> replies = CompletableFuture.supplyAsync(() -> connects(500));
        do {
            open().close();
        } while (!replies.isDone());

        assertThat(replies.join()).hasSize(500).containsOnly("pod");
    }

    @Test
    void shouldKeepTheSizeOfPinnedMaps() {
        fill();

        try (KernelServiceTables tables = KernelServiceTables.open(place.config(new Capacity(1_000, 1_000, 100_000)))) {
            assertThat(tables.capacity()).isEqualTo(CAPACITY);
            assertThat(tables.services()).containsKey(FRONTEND);
        }
    }

    @Test
    void shouldAttachAgainWhenTheCgroupWasMadeAnew() {
        fill();
        client.close();
        place.removeCgroup();
        place.makeCgroup();

        open().close();

        try (SocketClient next = place.client()) {
            assertThat(next.ask("tcp_many", 4, VIP, 8081, 2)).containsOnly("pod");
        }
    }

    @Test
    void shouldLeaveNothingAfterUninstall() {
        fill();
        KernelServiceTables.uninstall(place.pinDir());

        assertThat(place.pinDir()).doesNotExist();
        assertThat(connects(2)).containsOnly("ECONNREFUSED");
        try (KernelServiceTables tables = open()) {
            assertThat(tables.services()).isEmpty();
        }
    }

    @Test
    void shouldLeaveNoMapNoProgramAndNoLinkInTheKernel() {
        fill();
        List<Integer> maps = idsOfPinnedMaps();
        List<Integer> programs =
                Bpftool.idsIn("cgroup", "show", place.config(CAPACITY).cgroup());
        assertThat(maps).hasSizeGreaterThan(10).allMatch(id -> Bpftool.exists("map", id));
        assertThat(programs).hasSize(9).allMatch(id -> Bpftool.exists("prog", id));

        KernelServiceTables.uninstall(place.pinDir());

        assertThat(Bpftool.idsIn("cgroup", "show", place.config(CAPACITY).cgroup()))
                .isEmpty();
        // the kernel frees them when no program can run any more
        await().untilAsserted(() -> {
            assertThat(maps).noneMatch(id -> Bpftool.exists("map", id));
            assertThat(programs).noneMatch(id -> Bpftool.exists("prog", id));
        });
    }

    private List<Integer> idsOfPinnedMaps() {
        try (Stream<Path> pins =
                Files.list(place.pinDir().resolve(KernelLayout.VERSION).resolve("maps"))) {
            return pins.map(pin -> {
                        try (BpfMap map = BpfMap.openPinned(pin).orElseThrow()) {
                            return map.info().id();
                        }
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldForgiveUninstallingNothing() {
        KernelServiceTables.uninstall(place.pinDir().resolve("nothing"));
        KernelServiceTables.uninstall(place.pinDir());

        assertThat(place.pinDir()).doesNotExist();
    }

    @Test
    void shouldWriteManyFrontendsAtOnce() {
        Map<FrontendKey, ServiceEntry> many = IntStream.rangeClosed(1, 2_000)
                .mapToObj(port -> ServiceTablesContract.frontend("10.96.0.1", port, Protocol.TCP))
                .collect(Collectors.toMap(key -> key, key -> ENTRY));
        try (KernelServiceTables tables = KernelServiceTables.open(place.config(new Capacity(1_000, 10, 10)))) {
            tables.putServices(many);

            assertThat(tables.services()).isEqualTo(many);
        }
    }

    @Test
    void shouldSayThatTheMapIsFull() {
        try (KernelServiceTables tables = KernelServiceTables.open(place.config(new Capacity(2, 10, 10)))) {
            assertThatExceptionOfType(BpfException.CallFailed.class)
                    .isThrownBy(() -> IntStream.rangeClosed(1, 100)
                            .forEach(port -> tables.putService(
                                    ServiceTablesContract.frontend("10.96.0.1", port, Protocol.TCP), ENTRY)))
                    .withMessageContaining("full at 8 entries");
        }
    }

    @Test
    void shouldNameAWrongPlace() {
        Path cgroup = place.config(CAPACITY).cgroup();
        assertThatExceptionOfType(WrongPlace.class)
                .isThrownBy(() -> KernelServiceTables.open(new Config(Path.of("/tmp/pins"), cgroup, CAPACITY)))
                .withMessageContaining("not in a bpffs");
        assertThatExceptionOfType(WrongPlace.class)
                .isThrownBy(
                        () -> KernelServiceTables.open(new Config(place.pinDir(), Path.of("/sys/nowhere"), CAPACITY)))
                .withMessageContaining("no cgroup");
    }

    @Test
    void shouldLetALateReaderFailAndNotTheMachine() {
        KernelServiceTables tables = open();
        tables.close();

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> tables.policy(0));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(tables::services);
    }
}
