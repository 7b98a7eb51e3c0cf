package io.clustermesh.nodesync.stuck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.bpf.sockets.TranslatedSockets;
import io.clustermesh.bpf.support.BpfSupport;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.nodesync.audit.WrittenTables;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real client, connected over UDP through the kernel's tables, whose backend goes. */
final class StuckSocketsKernelIT {

    private static final String VIP = "198.18.7.11";
    private static final String POD = "127.7.3.1";

    /** Connects, waits for a line, and then for whatever its socket has to say. */
    private static final String CLIENT = """
            import errno, socket, sys
            sys.stdin.readline()
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.connect((sys.argv[1], 53))
            print("connected", flush=True)
            s.settimeout(60)
            try:
                s.recv(100)
                print("data", flush=True)
            except socket.timeout:
                print("silence", flush=True)
            except OSError as e:
                print(errno.errorcode[e.errno], flush=True)
            """;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable it : open.reversed()) {
            it.close();
        }
    }

    @Test
    void shouldEndTheConnectedUdpSocketOfABackendThatGoes() throws IOException {
        BpfSupport support = BpfSupport.probe();
        assumeTrue(support instanceof BpfSupport.Available, () -> "needs eBPF: " + support);
        BpfSupport.Available available = (BpfSupport.Available) support;
        String name = "stuck-it-" + ProcessHandle.current().pid();
        Path pins = available.bpffs().resolve(name);
        Path cgroup = Files.createDirectory(available.cgroup2().resolve(name));
        open.add(() -> await().ignoreExceptions().untilAsserted(() -> {
            Files.deleteIfExists(cgroup);
            assertThat(cgroup).doesNotExist();
        }));
        open.add(() -> KernelServiceTables.uninstall(pins));
        WrittenTables tables = new WrittenTables(
                KernelServiceTables.open(new KernelServiceTables.Config(pins, cgroup, new Capacity(8, 64, 4096))));
        open.add(tables);
        DatagramSocket silent = new DatagramSocket(0, InetAddress.getByName(POD));
        open.add(silent);
        serve(tables, new L4(Protocol.UDP, silent.getLocalPort()));
        Lifecycle lifecycle = new Lifecycle("stuck-it", Clock.system());
        open.add(lifecycle);
        TranslatedSockets sockets = lifecycle.own("translated sockets", new TranslatedSockets(pins));
        StuckSockets stuck = new StuckSockets(sockets::end, tables, Set.of(Protocol.UDP), lifecycle.clock());
        tables.onLoss(stuck::lost);
        lifecycle.run(stuck);

        Process client = new ProcessBuilder("python3", "-c", CLIENT, VIP).start();
        open.add(() -> client.destroyForcibly().waitFor());
        Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(client.pid()));
        client.outputWriter(StandardCharsets.UTF_8).append("go\n").flush();
        BufferedReader says = client.inputReader(StandardCharsets.UTF_8);
        assertThat(says.readLine()).isEqualTo("connected");

        tables.removeBackend(1);

        assertThat(says.readLine()).isEqualTo("ECONNABORTED");
        await().untilAsserted(() -> assertThat(stuck.report().ended()).isEqualTo(1));
    }

    private static void serve(WrittenTables tables, L4 pod) {
        tables.putBackend(1, new BackendEntry(IpAddress.parse(POD), pod, 1, BackendEntry.State.ACTIVE));
        tables.writeTable(1, new int[] {1});
        tables.putService(
                new FrontendKey(IpAddress.parse(VIP), new L4(Protocol.UDP, 53)),
                new ServiceEntry(1, List.of(new ServiceEntry.Slot(1, 1, 1))));
        tables.setPolicy(1, PolicyWord.OFF.with(0, 0, 1));
    }
}
