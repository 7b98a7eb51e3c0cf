package io.clustermesh.nodesync.quarantine;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.bpf.support.BpfSupport;
import io.clustermesh.model.Affinity;
import io.clustermesh.nodesync.agent.Changes;
import io.clustermesh.nodesync.agent.ServiceKeeper;
import io.clustermesh.nodesync.agent.Source;
import io.clustermesh.nodesync.audit.Auditor;
import io.clustermesh.nodesync.audit.WrittenTables;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.Worker;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Real connects through the kernel's tables to real servers: those of cluster east stop without anybody being told. The
 * backends are loopback addresses, the client a process in a cgroup of the test's own.
 */
class QuarantineKernelIT {

    private static final String VIP = "198.18.7.9";
    private static final String HERE = "127.7.1.1";
    private static final List<String> THERE = List.of("127.7.2.1", "127.7.2.2");
    private static final int PORT = 8080;
    private static final String CLIENT = """
            import socket, sys
            for line in sys.stdin:
                s = socket.socket()
                s.settimeout(3)
                try:
                    s.connect((sys.argv[1], 80))
                    print(s.recv(100).decode(), flush=True)
                except OSError as e:
                    print("failed", flush=True)
                s.close()
            """;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final Clock clock = Clock.system();
    private KernelServiceTables tables;
    private WrittenTables written;
    private ServiceKeeper keeper;
    private Quarantine quarantine;
    private BufferedWriter toClient;
    private BufferedReader fromClient;

    /** A server that says which address it has. */
    private static final class Server implements AutoCloseable {
        private final ServerSocket socket;
        private final Worker worker;

        Server(String address) throws IOException {
            socket = new ServerSocket(PORT, 50, InetAddress.getByName(address));
            worker = Worker.start("server-" + address, () -> {
                while (!socket.isClosed()) {
                    try (Socket client = socket.accept()) {
                        client.getOutputStream().write(address.getBytes(StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        // the server is closed, which ends it, or a probe has gone before it was answered
                    }
                }
            });
        }

        @Override
        public void close() throws IOException {
            socket.close();
            worker.close();
        }
    }

    @BeforeEach
    void start() throws IOException {
        BpfSupport support = BpfSupport.probe();
        assumeTrue(support instanceof BpfSupport.Available, () -> "needs eBPF: " + support);
        BpfSupport.Available available = (BpfSupport.Available) support;
        String name = "quarantine-it-" + ProcessHandle.current().pid();
        Path pins = available.bpffs().resolve(name);
        Path cgroup = Files.createDirectory(available.cgroup2().resolve(name));
        open.add(() -> await().ignoreExceptions().untilAsserted(() -> {
            Files.deleteIfExists(cgroup);
            assertThat(cgroup).doesNotExist();
        }));
        open.add(() -> KernelServiceTables.uninstall(pins));
        tables = KernelServiceTables.open(new KernelServiceTables.Config(pins, cgroup, new Capacity(8, 64, 4096)));
        open.add(tables);
        written = new WrittenTables(tables);
        keeper = new ServiceKeeper(WEST, WEST_ID, written, clock, new HopTrace(clock, 10));
        TcpProber prober = new TcpProber();
        open.add(prober);
        quarantine = new Quarantine(
                written,
                WEST_ID.value(),
                limit -> tables.tallies().failures(limit).stream()
                        .map(it -> it.target().backend())
                        .toList(),
                prober,
                (kind, subject, message) -> events.add(kind),
                clock);
        open.add(new Server(HERE));

        Process client = new ProcessBuilder("python3", "-c", CLIENT, VIP).start();
        open.add(() -> client.destroyForcibly().waitFor());
        Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(client.pid()));
        toClient = client.outputWriter(StandardCharsets.UTF_8);
        fromClient = client.inputReader(StandardCharsets.UTF_8);

        keeper.take(Source.OWN, Changes.upsert(west(CART, Affinity.REMOTE, VIP, active(HERE))));
        keeper.take(Source.PEERS, Changes.upsert(peer("east", 2, CART, THERE.get(0), THERE.get(1))));
        for (Source source : Source.values()) {
            keeper.take(source, Changes.SYNCED);
        }
        keeper.settle();
    }

    @AfterEach
    void cleanUp() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
    }

    private String connect() throws IOException {
        toClient.write("connect\n");
        toClient.flush();
        return fromClient.readLine();
    }

    private boolean eastIsDown() {
        return tables.isClusterDown(2);
    }

    @Test
    void shouldLeaveAClusterWhoseServersAreGoneAndComeBackToIt() throws Exception {
        Server first = new Server(THERE.get(0));
        Server second = new Server(THERE.get(1));
        assertThat(connect()).as("the remote cluster comes first").isIn(THERE);
        first.close();
        second.close();

        await().atMost(Duration.ofSeconds(10)).until(() -> {
            String answer = connect();
            quarantine.step();
            return answer.equals(HERE);
        });
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            quarantine.step();
            return eastIsDown();
        });
        for (int n = 0; n < 50; n++) {
            assertThat(connect()).isEqualTo(HERE);
        }
        Auditor auditor = new Auditor(written, keeper, clock, Duration.ofHours(1));
        assertThat(auditor.now().total()).as("a quarantine is no drift").isZero();

        try (Server again = new Server(THERE.get(0));
                Server too = new Server(THERE.get(1))) {
            assertThat(again.socket.isBound() && too.socket.isBound()).isTrue();
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                quarantine.step();
                return !eastIsDown() && THERE.contains(connect());
            });
        }
        assertThat(events).contains("QUARANTINED", "CLUSTER_DOWN", "CLUSTER_UP");
    }
}
