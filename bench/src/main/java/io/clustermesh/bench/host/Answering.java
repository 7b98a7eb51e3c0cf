package io.clustermesh.bench.host;

import io.clustermesh.bench.host.Machine.Cores;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A process that answers in lines of JSON. Blocks the calling thread; not thread-safe. */
public final class Answering implements AutoCloseable {

    private final String what;
    private final Child child;
    private final Workshop workshop;
    private final BufferedReader answers;
    private final BufferedWriter commands;

    private Answering(String what, Child child, Workshop workshop) {
        this.what = what;
        this.child = child;
        this.workshop = workshop;
        this.answers = child.process().inputReader(StandardCharsets.UTF_8);
        this.commands = child.process().outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Starts it.
     *
     * @param home gets its log
     */
    public static Answering start(String name, Workshop workshop, Cores cores, List<String> command, Path home) {
        return new Answering(
                name + " " + String.join(" ", command.subList(1, Math.min(4, command.size()))),
                workshop.startAnswering(name, cores, command, home),
                workshop);
    }

    public long pid() {
        return child.pid();
    }

    /** Blocks until it says something more. */
    public Measured next() {
        try {
            String line = answers.readLine();
            if (line == null) {
                child.process().onExit().join();
                throw new BenchFailed("%s failed:%n%s".formatted(what, child.tail()));
            }
            return Measured.parse(line);
        } catch (IOException e) {
            throw new UncheckedIOException(what + " can't be read", e);
        }
    }

    /** Sends it a line. */
    public void tell(String line) {
        try {
            commands.write(line);
            commands.newLine();
            commands.flush();
        } catch (IOException e) {
            throw new BenchFailed("%s does not listen:%n%s".formatted(what, child.tail()), e);
        }
    }

    @Override
    public void close() {
        workshop.stop(child);
    }
}
