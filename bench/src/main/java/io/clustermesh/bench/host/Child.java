package io.clustermesh.bench.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of ours, stopped by its handle. Blocks the calling thread; not thread-safe. */
public final class Child implements AutoCloseable {

    private static final int STOP_SECONDS = 10;
    private static final int TAIL_LINES = 12;

    private final String name;
    private final Process process;
    private final Path log;

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param name for messages
     * @param log gets what it writes to stderr, and to stdout unless {@code answers}
     * @param answers whether its stdout is read by us
     */
    static Child start(String name, ProcessBuilder builder, Path log, boolean answers) {
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        if (!answers) {
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        }
        try {
            return new Child(name, builder.start(), log);
        } catch (IOException e) {
            throw new BenchFailed(
                    "%s can't be started (%s); run \"make setup\", which installs what is needed"
                            .formatted(name, e.getMessage()),
                    e);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Its stdin and stdout are ours. */
    Process process() {
        return process;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it said last. */
    public String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + log, e);
        }
    }

    /** Fails, with what it said last, if it has ended. */
    public void mustRun() {
        if (!process.isAlive()) {
            throw new BenchFailed("%s ended with status %d:%n%s".formatted(name, process.exitValue(), tail()));
        }
    }

    /** SIGTERM, and SIGKILL if that does not help; waits. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    private void kill() {
        process.destroyForcibly().onExit().join();
    }
}
