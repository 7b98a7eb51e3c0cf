package io.clustermesh.cli.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.bpf.support.BpfSupport;
import io.clustermesh.cli.ClusterMesh;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.store.runtime.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code node-sync uninstall} against the kernel. */
class UninstallKernelIT {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void shouldLeaveNothingOfANodeInTheKernel() throws IOException {
        BpfSupport support = BpfSupport.probe();
        assumeTrue(support instanceof BpfSupport.Available, () -> "needs eBPF: " + support);
        BpfSupport.Available available = (BpfSupport.Available) support;
        String name = "uninstall-it-" + ProcessHandle.current().pid();
        Path pins = available.bpffs().resolve(name);
        Path cgroup = Files.createDirectory(available.cgroup2().resolve(name));
        try {
            KernelServiceTables.open(new KernelServiceTables.Config(pins, cgroup, new Capacity(8, 16, 1024)))
                    .close();
            assertThat(pins).exists();

            assertThat(uninstall(pins, cgroup)).isZero();
            assertThat(pins).doesNotExist();
            assertThat(uninstall(pins, cgroup)).as("again").isZero();
        } finally {
            KernelServiceTables.uninstall(pins);
            Files.deleteIfExists(cgroup);
        }
    }

    private int uninstall(Path pins, Path cgroup) throws IOException {
        Path config = folder.resolve("node-sync.yaml");
        Files.writeString(config, """
                cluster: {name: west, id: 1}
                node: west-n1
                apiserver: {endpoints: ["http://127.0.0.1:1"]}
                data-plane: {kind: kernel, pin-dir: "%s", cgroup: "%s"}
                admin: {socket: "%s"}
                """.formatted(pins, cgroup, folder.resolve("none.sock")));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                false,
                false);
        int exit = ClusterMesh.run(
                new Context(console, Clock.system(), folder), "node-sync", "uninstall", "--config", config.toString());
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("the data plane of west-n1 is gone");
        return exit;
    }
}
