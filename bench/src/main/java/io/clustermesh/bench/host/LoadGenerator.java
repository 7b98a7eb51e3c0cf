package io.clustermesh.bench.host;

import io.clustermesh.bench.host.Machine.Cores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code etcdload}, the C program that puts, watches and lists. */
public final class LoadGenerator {

    private final Path program;
    private final Workshop workshop;

    /** @param program the compiled generator */
    public LoadGenerator(Path program, Workshop workshop) {
        if (!Files.isExecutable(program)) {
            throw new BenchFailed("%s is missing; run \"make build\", which compiles it".formatted(program));
        }
        this.program = program;
        this.workshop = workshop;
    }

    /** Runs it to the end. */
    public Measured run(List<String> arguments) {
        return run(Cores.GENERATOR, arguments);
    }

    /** Runs it to the end, on {@code cores}. */
    public Measured run(Cores cores, List<String> arguments) {
        try (Answering running = start(cores, arguments)) {
            return running.next();
        }
    }

    /** Starts it, for what must be set off while it measures. */
    public Answering start(Cores cores, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        return Answering.start("etcdload", workshop, cores, command, workshop.folder());
    }
}
