package io.clustermesh.cli.rig.linux;

import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A cgroup (version 2).
 *
 * @param path its folder
 */
public record Cgroup(Path path) {

    /** Where version 2 is mounted on this machine: /sys/fs/cgroup, or below it on a hybrid one. */
    public static Optional<Path> mount() {
        try {
            return Files.readAllLines(Path.of("/proc/mounts")).stream()
                    .map(line -> line.split(" "))
                    .filter(fields -> fields.length > 2 && fields[2].equals("cgroup2"))
                    .map(fields -> Path.of(fields[1]))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Makes it and its parents. */
    public void create() {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new UncheckedIOException("could not make cgroup " + path, e);
        }
    }

    /** Kills every process in it and below (SIGKILL), then removes it and all below. */
    public void destroy(Clock clock) throws InterruptedException {
        if (!Files.isDirectory(path)) {
            return;
        }
        Path kill = path.resolve("cgroup.kill");
        if (Files.exists(kill)) {
            Shell.write(kill, "1");
        }
        long deadline = clock.monotonicNanos() + Duration.ofSeconds(5).toNanos();
        while (!removeTree()) {
            if (clock.monotonicNanos() > deadline) {
                throw new CommandException(
                        "cgroup %s still has processes after 5 s; see its cgroup.procs".formatted(path));
            }
            clock.sleep(Duration.ofMillis(10));
        }
    }

    private boolean removeTree() {
        List<Path> deepestFirst;
        try (Stream<Path> tree = Files.walk(path)) {
            deepestFirst = tree.filter(Files::isDirectory)
                    .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return !Files.exists(path);
        }
        for (Path folder : deepestFirst) {
            try {
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}
