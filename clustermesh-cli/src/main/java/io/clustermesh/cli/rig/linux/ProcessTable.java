package io.clustermesh.cli.rig.linux;

import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The rig's processes, each with a file {@code <name>.pid} in one folder. The process itself writes its pid and start
 * time there, before it becomes the program it shall be; so no moment exists in which it runs and is not on file.
 */
public final class ProcessTable {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    /** $1: pid file, $2: cgroup or "", rest: the program. Field 22 of stat is the 20th behind the name in brackets. */
    private static final String ENTER = """
            read -r stat < /proc/$$/stat
            file=$1 cgroup=$2
            shift 2
            started=$(set -- ${stat##*) }; echo ${20})
            echo "$$ $started" > "$file.tmp" && mv "$file.tmp" "$file" || exit 71
            [ -z "$cgroup" ] || echo $$ > "$cgroup/cgroup.procs" || exit 71
            exec "$@"
            """;

    private final Path folder;
    private final Clock clock;

    /** @param folder for the pid files */
    public ProcessTable(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * What to start.
     *
     * @param name unique in the table; its pid file's name
     * @param command program and arguments
     * @param environment added to that of this process
     * @param log where its stdout and stderr go, appended
     * @param place where it runs
     */
    public record Spec(String name, List<String> command, Map<String, String> environment, Path log, Place place) {
        public Spec {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }

    /**
     * Where a process runs.
     *
     * @param netns its network namespace; empty for this process's own
     * @param cgroup its cgroup; empty for this process's own
     */
    public record Place(Optional<Netns> netns, Optional<Cgroup> cgroup) {

        /** Where this process itself runs. */
        public static final Place HERE = new Place(Optional.empty(), Optional.empty());
    }

    /** Starts it in a session of its own, so that no terminal takes it along. */
    public ProcessId start(Spec spec) throws InterruptedException {
        Path file = file(spec.name());
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(file);
            Path logs = spec.log().getParent();
            if (logs != null) {
                Files.createDirectories(logs);
            }
            ProcessBuilder builder = new ProcessBuilder(commandLine(spec, file));
            builder.environment().putAll(spec.environment());
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.redirectErrorStream(true);
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
            Process process = builder.start();
            long deadline = clock.monotonicNanos() + STOP_LIMIT.toNanos();
            while (true) {
                Optional<ProcessId> id = find(spec.name());
                if (id.isPresent()) {
                    return id.get();
                }
                if (!process.isAlive() || clock.monotonicNanos() > deadline) {
                    throw new CommandException(
                            "process %s could not be started, see %s".formatted(spec.name(), spec.log()));
                }
                clock.sleep(Duration.ofMillis(2));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not start process " + spec.name(), e);
        }
    }

    private static List<String> commandLine(Spec spec, Path file) {
        List<String> entering = new ArrayList<>(List.of("sh", "-c", ENTER, "sh", file.toString()));
        entering.add(spec.place().cgroup().map(c -> c.path().toString()).orElse(""));
        entering.addAll(spec.command());
        List<String> placed =
                spec.place().netns().map(netns -> netns.inside(entering)).orElse(entering);
        List<String> whole = new ArrayList<>(List.of("setsid"));
        whole.addAll(placed);
        return whole;
    }

    /** The process called {@code name}, alive or not; empty if none was started or it was stopped. */
    public Optional<ProcessId> find(String name) {
        try {
            return ProcessId.parse(Files.readString(file(name)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Everything on file, by name. */
    public Map<String, ProcessId> all() {
        Map<String, ProcessId> found = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> String.valueOf(file.getFileName()))
                        .filter(file -> file.endsWith(".pid"))
                        .map(file -> file.substring(0, file.length() - 4))
                        .forEach(name -> find(name).ifPresent(id -> found.put(name, id)));
            } catch (IOException e) {
                throw new UncheckedIOException("could not list " + folder, e);
            }
        }
        return found;
    }

    /** SIGTERM to all of {@code names}, then SIGKILL to those that are still there after 5 s; forgets them. */
    public void stop(List<String> names) throws InterruptedException {
        List<ProcessId> ids =
                names.stream().map(this::find).flatMap(Optional::stream).toList();
        ids.forEach(ProcessId::terminate);
        if (!awaitEnd(ids, STOP_LIMIT)) {
            ids.forEach(ProcessId::kill);
            awaitEnd(ids, STOP_LIMIT);
        }
        names.forEach(this::forget);
    }

    /** SIGKILL, now; its file stays, so that it is known to be dead. */
    public void kill(String name) throws InterruptedException {
        Optional<ProcessId> id = find(name);
        id.ifPresent(ProcessId::kill);
        awaitEnd(id.stream().toList(), STOP_LIMIT);
    }

    /** Removes its file. */
    public void forget(String name) {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove " + file(name), e);
        }
    }

    private boolean awaitEnd(List<ProcessId> ids, Duration limit) throws InterruptedException {
        long deadline = clock.monotonicNanos() + limit.toNanos();
        while (ids.stream().anyMatch(ProcessId::isAlive)) {
            if (clock.monotonicNanos() > deadline) {
                return false;
            }
            clock.sleep(Duration.ofMillis(5));
        }
        return true;
    }

    private Path file(String name) {
        return folder.resolve(name + ".pid");
    }
}
