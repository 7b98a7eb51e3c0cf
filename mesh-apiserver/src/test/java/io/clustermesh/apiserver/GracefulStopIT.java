package io.clustermesh.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.admin.AdminClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as the system starts and stops it. */
class GracefulStopIT {

    private static final Path ETCDCTL = Path.of("/usr/bin/etcdctl");

    @TempDir
    Path temp;

    private RunningCluster east;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void makeCluster() throws IOException {
        east = new RunningCluster(temp, "east", 3);
    }

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
        east.close();
    }

    private boolean ready() {
        try {
            return east.get("/readyz").ok();
        } catch (AdminClient.Unreachable e) {
            return false;
        }
    }

    private Process watcher() throws IOException {
        var client = east.leaf("admin");
        Process watcher = new ProcessBuilder(
                        ETCDCTL.toString(),
                        "--endpoints=" + east.endpoint(),
                        "--cacert=" + client.trust(),
                        "--cert=" + client.certificate(),
                        "--key=" + client.key(),
                        "watch",
                        "--prefix",
                        "cilium/")
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("watch.log").toFile())
                .start();
        started.add(watcher);
        return watcher;
    }

    @Test
    void shouldStopWithinSecondsThoughClientsWatchAndNeverSeemReadyAgain() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(ETCDCTL), "needs etcdctl (etcd-client)");
        Path log = temp.resolve("process.log");
        Process process = east.startProcess(log);
        started.add(process);
        await().atMost(Duration.ofSeconds(60)).until(this::ready);
        assertThat(watcher().isAlive()).isTrue();
        await().until(() -> east.json("/v1/status").at("/api/watches/open").asInt() == 1);

        process.destroy();

        AtomicBoolean gone = new AtomicBoolean();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            boolean ready = ready();
            assertThat(ready && gone.get())
                    .as("ready again after it was told to stop")
                    .isFalse();
            gone.compareAndSet(false, !ready);
            return !process.isAlive();
        });
        assertThat(process.waitFor(1, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(143);
        assertThat(east.home().resolve("run/mesh-apiserver.sock")).doesNotExist();
        assertThat(Files.readString(log)).doesNotContain("did not stop");
    }
}
