package io.clustermesh.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands as a user would, through {@code bin/clustermesh} and the tools of the distribution. */
public final class Commands {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private Commands() {}

    /**
     * @param exitCode the command's own
     * @param out what it printed on stdout
     * @param err what it printed on stderr
     */
    public record Result(List<String> command, int exitCode, String out, String err) {

        /** This result, if the command succeeded. */
        public Result ok() {
            if (exitCode != 0) {
                throw new AssertionError("%s ended with %d%n%s%n%s".formatted(command, exitCode, out, err));
            }
            return this;
        }

        public JsonNode json() {
            return tree(ok().out);
        }
    }

    /** {@code text} as JSON, whatever the exit code of the command that printed it. */
    public static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("this is no JSON: " + text, e);
        }
    }

    /** The checkout that is being tested. */
    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("bin/clustermesh"))
                ? here
                : here.resolve("..").normalize();
    }

    public static Result clustermesh(String... arguments) {
        return clustermesh(List.of(arguments));
    }

    public static Result clustermesh(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(root().resolve("bin/clustermesh").toString());
        command.addAll(arguments);
        return run(command);
    }

    public static Result run(String... command) {
        return run(List.of(command));
    }

    public static Result run(List<String> command) {
        try {
            Path out = Files.createTempFile("e2e", ".out");
            Path err = Files.createTempFile("e2e", ".err");
            try {
                ProcessBuilder builder = new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .redirectInput(new java.io.File("/dev/null"));
                builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
                builder.environment().put("ETCDCTL_API", "3");
                builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
                Process process = builder.start();
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(
                            "%s did not end within %s%n%s%n%s".formatted(command, LIMIT, read(out), read(err)));
                }
                return new Result(command, process.exitValue(), read(out), read(err));
            } finally {
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command + " ran", e);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
