package io.clustermesh.bench.host;

import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.store.runtime.Clock;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Where a bench works: a folder of its own and the processes in it. Closing it stops every process that still runs and
 * deletes the folder; it is closed on every way out, Ctrl-C included.
 */
public final class Workshop implements AutoCloseable {

    private static final long ROOM = 6L << 30;
    private static final Duration SOON = Duration.ofMillis(5);

    private final Path folder;
    private final Clock clock;
    private final Set<Child> children = ConcurrentHashMap.newKeySet();
    private int folders;

    private Workshop(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** In memory ({@code /dev/shm}) if there is room, so that no disk is measured; else in {@code java.io.tmpdir}. */
    public static Workshop open(Clock clock) {
        File memory = new File("/dev/shm");
        Path parent = memory.getUsableSpace() > ROOM
                ? memory.toPath()
                : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
        try {
            return new Workshop(Files.createTempDirectory(parent, "clustermesh-bench-"), clock);
        } catch (IOException e) {
            throw new UncheckedIOException("can't make a folder in " + parent, e);
        }
    }

    public Path folder() {
        return folder;
    }

    public Clock clock() {
        return clock;
    }

    /** A new folder. */
    public Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve("%02d-%s".formatted(++folders, name)));
        } catch (IOException e) {
            throw new UncheckedIOException("can't make a folder in " + folder, e);
        }
    }

    /** Starts a server; its output goes to {@code <name>.log} in {@code home}. */
    public Child start(String name, Cores cores, List<String> command, Map<String, String> environment, Path home) {
        return start(name, cores, command, environment, home, false);
    }

    /** Starts a process whose stdin and stdout are ours. */
    Child startAnswering(String name, Cores cores, List<String> command, Path home) {
        return start(name, cores, command, Map.of(), home, true);
    }

    private Child start(
            String name,
            Cores cores,
            List<String> command,
            Map<String, String> environment,
            Path home,
            boolean answers) {
        ProcessBuilder builder = new ProcessBuilder(Machine.confined(cores, command));
        builder.environment().putAll(environment);
        Child child = Child.start(name, builder, home.resolve(name + ".log"), answers);
        children.add(child);
        return child;
    }

    /** Stops it and forgets it. */
    public void stop(Child child) {
        child.close();
        children.remove(child);
    }

    /** Waits until {@code condition} holds; fails with {@code what} and the child's last words after {@code limit}. */
    public void await(String what, Child child, Duration limit, BooleanSupplier condition) throws InterruptedException {
        await(what, child, limit, SOON, condition);
    }

    /** As above, looking so often. */
    public void await(String what, Child child, Duration limit, Duration every, BooleanSupplier condition)
            throws InterruptedException {
        long deadline = clock.monotonicNanos() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            child.mustRun();
            if (clock.monotonicNanos() > deadline) {
                throw new BenchFailed(
                        "\"%s\" is not so after %d s:%n%s".formatted(what, limit.toSeconds(), child.tail()));
            }
            clock.sleep(every);
        }
    }

    /** Deletes a folder of ours and what is in it. */
    public static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            tree.sorted(Comparator.reverseOrder()).forEach(file -> {
                boolean _ = file.toFile().delete();
            });
        } catch (IOException e) {
            throw new UncheckedIOException("can't delete " + path, e);
        }
    }

    @Override
    public void close() {
        children.forEach(Child::close);
        children.clear();
        delete(folder);
    }
}
