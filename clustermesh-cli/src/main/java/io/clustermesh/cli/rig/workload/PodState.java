package io.clustermesh.cli.rig.workload;

import io.clustermesh.cli.home.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** The pods of one cluster, in a file, so that every {@code rig} command sees them; one command at a time changes them. */
public final class PodState {

    private final Path file;

    /** @param file where they are kept */
    public PodState(Path file) {
        this.file = file;
    }

    /** All pods, in the order of their making. */
    public List<PodRecord> pods() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file).stream()
                    .map(PodRecord::parse)
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file, e);
        }
    }

    /** Replaces all. */
    public void write(List<PodRecord> pods) {
        StringBuilder text = new StringBuilder();
        pods.forEach(pod -> text.append(pod.line()).append('\n'));
        AtomicFiles.write(file, text.toString());
    }

    /** Waits until no other command changes this cluster's pods; closing lets the next one. */
    public FileChannel lock() {
        try {
            FileChannel channel = FileChannel.open(
                    file.resolveSibling(file.getFileName() + ".lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            if (channel.lock() == null) {
                throw new IOException("no lock");
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException("could not lock " + file, e);
        }
    }
}
