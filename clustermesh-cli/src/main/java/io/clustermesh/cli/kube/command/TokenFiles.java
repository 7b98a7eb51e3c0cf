package io.clustermesh.cli.kube.command;

import io.clustermesh.cli.console.CommandFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that hold a key: readable by their owner only, from the moment they exist. */
final class TokenFiles {

    /** Far more than a token has. */
    static final int LARGEST_BYTES = 1 << 16;

    private TokenFiles() {}

    static void write(Path file, String text) {
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text + "\n");
        } catch (IOException e) {
            throw new CommandFailed("could not write %s: %s".formatted(file, e), "name another file", e);
        }
    }
}
