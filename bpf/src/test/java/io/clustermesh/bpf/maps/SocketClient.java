package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A child process with sockets, so that it can be put into a cgroup and the test itself stays outside. */
final class SocketClient implements AutoCloseable {

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;

    SocketClient() {
        this(List.of());
    }

    /** @param launcher what starts python, such as {@code unshare --net} */
    SocketClient(List<String> launcher) {
        try (InputStream script = SocketClient.class.getResourceAsStream("socket_client.py")) {
            assertThat(script).isNotNull();
            String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
            process = started(launcher, text);
            commands = process.outputWriter();
            answers = process.inputReader();
            assertThat(answers.readLine()).isEqualTo("ready");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process started(List<String> launcher, String script) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of("python3", "-c", script));
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            return abort("needs python3 and util-linux: " + e.getMessage());
        }
    }

    long pid() {
        return process.pid();
    }

    /** One command of {@code socket_client.py} and its answer, word by word. */
    List<String> ask(Object... command) {
        try {
            commands.write(String.join(
                            " ", List.of(command).stream().map(Object::toString).toList()) + "\n");
            commands.flush();
            String answer = answers.readLine();
            assertThat(answer).as("answer of the client process").isNotNull();
            return List.of(answer.split(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
