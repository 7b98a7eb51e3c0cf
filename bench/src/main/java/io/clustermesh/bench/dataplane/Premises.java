package io.clustermesh.bench.dataplane;

import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.support.BpfSupport;
import io.clustermesh.bpf.support.Mounts;
import io.clustermesh.cli.rig.linux.Cgroup;
import io.clustermesh.cli.rig.linux.Netns;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Namespaces, cgroup and pins of one run. Their names carry this process's id, so that what a killed run left behind is
 * told from what is in use, and removed by the next.
 */
public final class Premises implements AutoCloseable {

    private static final String PREFIX = "cmbench";

    private final Path bpffs;
    private final Path cgroups;
    private final Clock clock;
    private final String name = PREFIX + ProcessHandle.current().pid();

    private Premises(Path bpffs, Path cgroups, Clock clock) {
        this.bpffs = bpffs;
        this.cgroups = cgroups;
        this.clock = clock;
    }

    /** Looks whether this machine can do it, and clears away what killed runs left. */
    public static Premises open(Clock clock) {
        Mounts.ensureBpffs();
        return switch (BpfSupport.probe()) {
            case BpfSupport.Missing missing -> throw new BenchFailed("BENCH=dataplane needs root and eBPF: " + missing);
            case BpfSupport.Available there -> {
                Premises premises = new Premises(there.bpffs(), there.cgroup2(), clock);
                premises.sweep();
                yield premises;
            }
        };
    }

    String name() {
        return name;
    }

    Path pins() {
        return bpffs.resolve(name);
    }

    Cgroup cgroup() {
        return new Cgroup(cgroups.resolve(name));
    }

    /** The namespace called {@code part}; not made yet. */
    Netns namespace(String part) {
        return new Netns(name + "-" + part);
    }

    private void sweep() {
        names(bpffs).filter(Premises::abandoned).forEach(it -> KernelServiceTables.uninstall(bpffs.resolve(it)));
        names(cgroups).filter(Premises::abandoned).forEach(it -> destroy(new Cgroup(cgroups.resolve(it))));
        Netns.withPrefix(PREFIX).stream().filter(it -> abandoned(it.name())).forEach(Netns::delete);
    }

    private static Stream<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(it -> String.valueOf(it.getFileName())).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("can't list " + folder, e);
        }
    }

    private static boolean abandoned(String entry) {
        String pid = entry.startsWith(PREFIX) ? entry.substring(PREFIX.length()).replaceFirst("-.*", "") : "";
        return pid.matches("[0-9]{1,9}")
                && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
    }

    private void destroy(Cgroup cgroup) {
        try {
            cgroup.destroy(clock);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes everything down; what is not there is no fault. */
    @Override
    public void close() {
        KernelServiceTables.uninstall(pins());
        destroy(cgroup());
        List<Netns> namespaces = Netns.withPrefix(name + "-");
        namespaces.forEach(Netns::delete);
    }
}
