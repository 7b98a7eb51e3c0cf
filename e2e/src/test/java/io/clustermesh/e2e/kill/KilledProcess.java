package io.clustermesh.e2e.kill;

import io.clustermesh.cli.rig.Launcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A process of the product that is killed and started again, with its log. Ended by its own handle only. */
final class KilledProcess implements AutoCloseable {

    private final String name;
    private final String program;
    private final Path config;
    private final Path log;
    private Optional<Process> process = Optional.empty();

    /** @param program what {@code clustermesh run} is told to run */
    KilledProcess(String name, String program, Path config, Path log) {
        this.name = name;
        this.program = program;
        this.config = config;
        this.log = log;
    }

    String name() {
        return name;
    }

    void start() {
        ProcessBuilder builder = new ProcessBuilder(
                        List.of(Launcher.find().path().toString(), "run", program, "--config", config.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CLUSTERMESH_JVM_OPTS", "-XX:TieredStopAtLevel=1 -Xmx192m");
        try {
            process = Optional.of(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("could not start " + name, e);
        }
    }

    /** True if it ended by itself; whoever looks killed nothing. */
    boolean diedByItself() {
        return process.isPresent() && !process.get().isAlive();
    }

    /** SIGKILL, and waits until it is gone. */
    void kill() {
        process.ifPresent(running -> {
            running.destroyForcibly();
            try {
                if (!running.waitFor(10, TimeUnit.SECONDS)) {
                    throw new IllegalStateException(name + " survived SIGKILL for 10 s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        process = Optional.empty();
    }

    /** The end of its log, for a failure's message. */
    String lastWords() {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            return name + ":\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
        } catch (IOException e) {
            return name + ": no log, " + e;
        }
    }

    @Override
    public void close() {
        kill();
    }
}
