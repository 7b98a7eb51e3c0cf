package io.clustermesh.bench.dataplane;

import io.clustermesh.bench.host.Answering;
import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Measured;
import io.clustermesh.bench.host.Workshop;
import io.clustermesh.cli.rig.linux.Shell;
import io.clustermesh.store.runtime.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What every line works with. The main thread's.
 *
 * @param workshop processes and folders
 * @param premises what the kernel holds for us, taken down on every way out
 * @param checkout the project's folder, built; {@code bench/target/planeload} is in it
 * @param quick whether to try only if it works
 * @param progress is told what happens
 */
record Ground(Workshop workshop, Premises premises, Path checkout, boolean quick, Consumer<String> progress) {

    /** Rounds of a line that takes milliseconds. */
    int rounds() {
        return quick ? 3 : 21;
    }

    /** {@code full}, or a tenth of it. */
    int scaled(int full) {
        return quick ? Math.max(1, full / 10) : full;
    }

    Clock clock() {
        return workshop.clock();
    }

    /** {@code bin/clustermesh}, which has made its AOT cache when this returns. */
    Path launcher() {
        Path launcher = checkout.resolve("bin/clustermesh");
        Shell.run(List.of(launcher.toString(), "version"));
        return launcher;
    }

    /** Starts {@code planeload WORDS}. */
    Answering start(Cores cores, List<String> words) {
        return start(cores, List.of(), words);
    }

    /** Starts {@code planeload WORDS} behind {@code inside}, such as {@code nsenter}. */
    Answering start(Cores cores, List<String> inside, List<String> words) {
        Path program = checkout.resolve("bench/target/planeload");
        if (!Files.isExecutable(program)) {
            throw new BenchFailed("%s is missing; run \"make build\", which compiles it".formatted(program));
        }
        List<String> command = new ArrayList<>(inside);
        command.add(program.toString());
        command.addAll(words);
        return Answering.start("planeload", workshop, cores, command, workshop.folder());
    }

    /** Runs {@code planeload WORDS} to the end; its only answer. */
    Measured run(List<String> words) {
        return run(Cores.GENERATOR, words);
    }

    /** As above, on {@code cores}. */
    Measured run(Cores cores, List<String> words) {
        try (Answering running = start(cores, words)) {
            return running.next();
        }
    }
}
