package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.clustermesh.bpf.libbpf.BpfException;
import io.clustermesh.bpf.maps.KernelServiceTables.Config;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.bpf.support.BpfSupport;
import io.clustermesh.bpf.support.BpfSupport.Available;
import io.clustermesh.bpf.support.BpfSupport.Missing;
import io.clustermesh.bpf.support.Mounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A cgroup and a pin directory of one test. Names carry this process's id, so that what a killed run left behind is
 * told from what is in use, and removed by the next.
 */
final class KernelPlace implements AutoCloseable {

    private static final String PREFIX = "clustermesh-test-";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Path cgroup;
    private final Path pinDir;

    private KernelPlace(Available available) {
        String name = PREFIX + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        cgroup = available.cgroup2().resolve(name);
        pinDir = available.bpffs().resolve(name);
        makeCgroup();
    }

    /** A place, or a skipped test with the reason why there is none. */
    static KernelPlace make() {
        try {
            Mounts.ensureBpffs();
        } catch (BpfException e) {
            return abort("needs a bpffs: " + e.getMessage());
        }
        return switch (BpfSupport.probe()) {
            case Available available -> {
                sweep(available);
                yield new KernelPlace(available);
            }
            case Missing missing -> abort("needs root and eBPF: " + missing);
        };
    }

    private static void sweep(Available available) {
        leftBehind(available.bpffs()).forEach(KernelServiceTables::uninstall);
        leftBehind(available.cgroup2()).forEach(KernelPlace::removeCgroup);
    }

    private static List<Path> leftBehind(Path directory) {
        try (Stream<Path> list = Files.list(directory)) {
            return list.filter(path -> {
                        String name = path.getFileName().toString();
                        return name.startsWith(PREFIX)
                                && ProcessHandle.of(Long.parseLong(name.split("-")[2]))
                                        .isEmpty();
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path pinDir() {
        return pinDir;
    }

    Config config(Capacity capacity) {
        return new Config(pinDir, cgroup, capacity);
    }

    /** A client inside the cgroup. */
    SocketClient client() {
        return inside(new SocketClient());
    }

    /** A client inside the cgroup, in a network namespace of its own, where nothing can be reached. */
    SocketClient clientElsewhere() {
        return inside(new SocketClient(List.of("unshare", "--net")));
    }

    private SocketClient inside(SocketClient client) {
        try {
            Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(client.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return client;
    }

    void makeCgroup() {
        try {
            Files.createDirectory(cgroup);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void removeCgroup() {
        removeCgroup(cgroup);
    }

    private static void removeCgroup(Path cgroup) {
        // a process that was just killed is in its cgroup until the kernel has reaped it
        Awaitility.await().ignoreExceptions().untilAsserted(() -> {
            Files.deleteIfExists(cgroup);
            assertThat(cgroup).doesNotExist();
        });
    }

    @Override
    public void close() {
        KernelServiceTables.uninstall(pinDir);
        removeCgroup();
    }
}
