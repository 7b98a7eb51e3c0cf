package io.clustermesh.cli.rig.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs short commands and waits for them. Stateless; the calling thread blocks. */
public final class Shell {

    private Shell() {}

    /**
     * @param exit exit status
     * @param output what it wrote, stdout and stderr together
     */
    public record Result(int exit, String output) {}

    /** Runs a command that must succeed; its output. */
    public static String run(List<String> command) {
        return run(command, "");
    }

    /** As above, with {@code input} on its stdin. */
    public static String run(List<String> command, String input) {
        Result result = attempt(command, input);
        if (result.exit() != 0) {
            throw new CommandException("\"%s\" failed with status %d: %s"
                    .formatted(
                            String.join(" ", command),
                            result.exit(),
                            result.output().strip()));
        }
        return result.output();
    }

    /** Runs a command that may fail. */
    public static Result attempt(List<String> command, String input) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading everything; its status says why.
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new CommandException(
                    "\"%s\" could not be started: %s"
                            .formatted(String.join(" ", command), String.valueOf(e.getMessage())),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted while \"%s\" ran".formatted(String.join(" ", command)), e);
        }
    }

    /** Whether {@code program} is in one of the usual folders or the PATH. */
    public static boolean isInstalled(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin";
        for (String folder : path.split(":")) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /** Writes a control file of the kernel ({@code /proc}, cgroupfs). */
    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write \"%s\" to %s".formatted(text.strip(), file), e);
        }
    }
}
