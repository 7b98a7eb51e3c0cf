package io.clustermesh.e2e.kube;

import io.clustermesh.cli.rig.linux.Cgroup;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a node brings: a cgroup below which its pods would run, and a folder in bpffs. In memory there is neither.
 */
final class NodeHost implements AutoCloseable {

    private final Optional<Cgroup> cgroup;
    private final Path pins;

    private NodeHost(Optional<Cgroup> cgroup, Path pins) {
        this.cgroup = cgroup;
        this.pins = pins;
    }

    static NodeHost prepare(String name, boolean kernel) {
        Optional<Cgroup> cgroup = kernel
                ? Cgroup.mount()
                        .map(mount ->
                                new Cgroup(mount.resolve("clustermesh-kube").resolve(name)))
                : Optional.empty();
        Path pins = Path.of("/sys/fs/bpf/clustermesh-kube-" + name);
        cgroup.ifPresent(made -> {
            made.create();
            try {
                Files.createDirectories(pins);
            } catch (IOException e) {
                throw new UncheckedIOException("could not make " + pins, e);
            }
        });
        return new NodeHost(cgroup, pins);
    }

    /** Stand-ins by the path that a manifest's {@code hostPath} names. */
    Map<String, Path> folders() {
        return cgroup.map(made -> Map.of("/sys/fs/cgroup", made.path(), "/sys/fs/bpf", pins))
                .orElse(Map.of());
    }

    /** The command, run as a process of a pod on this node. */
    List<String> inside(List<String> command) {
        List<String> all = new ArrayList<>(List.of(
                "sh",
                "-c",
                "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"",
                cgroup.orElseThrow().path().toString()));
        all.addAll(command);
        return all;
    }

    @Override
    public void close() {
        cgroup.ifPresent(made -> {
            try {
                made.destroy(Clock.system());
                try (Stream<Path> tree = Files.walk(pins)) {
                    for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                        Files.deleteIfExists(path);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
