package io.clustermesh.cli.rig;

import io.clustermesh.cli.rig.linux.Cgroup;
import io.clustermesh.cli.rig.linux.Netns;
import io.clustermesh.cli.rig.linux.ProcessTable;
import io.clustermesh.cli.rig.linux.Shell;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Takes a rig down: whatever of it there is, and no fault over what there is not. Works from the journal and, for what
 * no journal speaks of any more, from names; so it may be called after a crash, twice, or for a rig that never was.
 *
 * <p>In this order: processes (nobody makes anything new), pins (programs let go of the cgroups), cgroups, namespaces,
 * state.
 */
final class Teardown {

    private static final Path BPFFS = Path.of("/sys/fs/bpf");

    private final String name;
    private final Path directory;
    private final Clock clock;
    private final Journal journal;

    Teardown(String name, Path base, Clock clock) {
        this.name = name;
        this.directory = base.resolve(name);
        this.clock = clock;
        this.journal = new Journal(directory.resolve("journal"));
    }

    /** @return what was removed, one line each */
    List<String> run(Consumer<String> progress) throws InterruptedException {
        Set<String> done = new LinkedHashSet<>();
        ProcessTable processes = new ProcessTable(directory.resolve("processes"), clock);
        List<String> started = List.copyOf(processes.all().keySet());
        if (!started.isEmpty()) {
            progress.accept("stopping %d processes".formatted(started.size()));
            processes.stop(started);
            done.add("%d processes".formatted(started.size()));
        }
        if (Prerequisites.isRoot()) {
            killInNamespaces();
            removePins(done);
            removeCgroups(done);
            removeNamespaces(done);
            unmountBpffs();
        }
        if (Files.exists(directory)) {
            RigFiles.deleteTree(directory);
            Path base = directory.getParent();
            if (base != null) {
                RigFiles.deleteIfEmpty(base);
            }
            done.add(directory.toString());
        }
        return List.copyOf(done);
    }

    /** Processes that the table does not know, such as what somebody runs with "rig exec". */
    private void killInNamespaces() {
        for (Netns netns : Netns.withPrefix(RigPlan.prefix(name))) {
            Shell.attempt(List.of("ip", "netns", "pids", netns.name()), "")
                    .output()
                    .lines()
                    .filter(line -> line.matches("[0-9]+"))
                    .forEach(pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    private void removePins(Set<String> done) {
        Set<Path> pins = new LinkedHashSet<>();
        names(Journal.Kind.PINS).forEach(path -> pins.add(Path.of(path)));
        pins.add(BPFFS.resolve("clustermesh").resolve(name));
        for (Path path : pins) {
            if (path.startsWith(BPFFS) && Files.exists(path)) {
                RigFiles.deleteTree(path);
                done.add(path.toString());
            }
        }
        RigFiles.deleteIfEmpty(BPFFS.resolve("clustermesh"));
    }

    private void removeCgroups(Set<String> done) throws InterruptedException {
        Path mount = Cgroup.mount().orElse(Path.of("/sys/fs/cgroup"));
        Path root = mount.resolve("clustermesh").resolve(name);
        if (Files.isDirectory(root)) {
            new Cgroup(root).destroy(clock);
            done.add(root.toString());
        }
        Path above = mount.resolve("clustermesh");
        if (Files.isDirectory(above)) {
            try {
                Files.delete(above);
            } catch (IOException e) {
                // another rig's cgroups are in it
            }
        }
    }

    private void removeNamespaces(Set<String> done) {
        Set<String> namespaces = new LinkedHashSet<>(names(Journal.Kind.NETNS));
        Netns.withPrefix(RigPlan.prefix(name)).forEach(netns -> namespaces.add(netns.name()));
        for (String namespace : namespaces) {
            Netns netns = new Netns(namespace);
            if (netns.exists()) {
                netns.delete();
                done.add("namespace " + namespace);
            }
        }
    }

    /** Only if this rig mounted it, and only if nobody else has put anything there since. */
    private void unmountBpffs() {
        if (!names(Journal.Kind.BPFFS).isEmpty()) {
            try (var files = Files.list(BPFFS)) {
                if (files.findAny().isEmpty()) {
                    Shell.attempt(List.of("umount", BPFFS.toString()), "");
                }
            } catch (IOException e) {
                // it can't be read, so it is not ours to unmount
            }
        }
    }

    private List<String> names(Journal.Kind kind) {
        return journal.entries().stream()
                .filter(entry -> entry.kind() == kind)
                .map(Journal.Entry::name)
                .toList();
    }
}
