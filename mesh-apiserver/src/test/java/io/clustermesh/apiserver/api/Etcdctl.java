package io.clustermesh.apiserver.api;

import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The machine's own {@code etcdctl}: what a Go client makes of our answers. */
record Etcdctl(String endpoint, Path ca, Optional<TlsFiles> client) {

    /** Exit code and everything printed. */
    record Result(int code, String output) {
        List<String> lines() {
            return output.lines().toList();
        }
    }

    Etcdctl {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/etcdctl")), "needs etcdctl (etcd-client)");
    }

    Result run(String... arguments) {
        Path output = temporary();
        try {
            Process process = start(output, arguments);
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("etcdctl did not end: " + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A command that does not end by itself; what it prints goes to {@code output}. */
    Process start(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/etcdctl",
                "--endpoints=" + endpoint,
                "--cacert=" + ca,
                "--dial-timeout=3s",
                "--command-timeout=4s"));
        client.ifPresent(files -> {
            command.add("--cert=" + files.certificate());
            command.add("--key=" + files.key());
        });
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("ETCDCTL_API", "3");
        return builder.start();
    }

    static Path temporary() {
        try {
            Path file = Files.createTempFile("etcdctl", ".out");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path output) {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
