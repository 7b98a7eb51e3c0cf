package io.clustermesh.cli.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What the rig is about to make, one line each, written before it is made; the truth that {@code rig down} works from.
 * Appended to by one process at a time.
 */
final class Journal {

    /** Kinds of things that outlive the process that made them. */
    enum Kind {
        NETNS,
        CGROUP,
        PINS,
        BPFFS
    }

    /**
     * @param kind what it is
     * @param name its name or path
     */
    record Entry(Kind kind, String name) {}

    private final Path file;

    Journal(Path file) {
        this.file = file;
    }

    /** Notes that {@code name} is about to be made. */
    void about(Kind kind, String name) {
        try {
            Files.writeString(
                    file,
                    kind + " " + name + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write the rig's journal " + file, e);
        }
    }

    /** Everything noted, oldest first; a last line that was cut short is left out. */
    List<Entry> entries() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.split(" ", 2))
                    .filter(words -> words.length == 2 && isKind(words[0]))
                    .map(words -> new Entry(Kind.valueOf(words[0]), words[1]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the rig's journal " + file, e);
        }
    }

    private static boolean isKind(String word) {
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(word)) {
                return true;
            }
        }
        return false;
    }
}
