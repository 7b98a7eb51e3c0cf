package io.clustermesh.bpf.maps;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What the kernel has, told by somebody else. */
final class Bpftool {

    private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

    private Bpftool() {}

    /** The ids in the output of a command. */
    static List<Integer> idsIn(Object... command) {
        return ID.matcher(run(command).output())
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .toList();
    }

    /** Whether the kernel has a {@code map} or {@code prog} with this id. */
    static boolean exists(String kind, int id) {
        return run(kind, "show", "id", id).code() == 0;
    }

    private record Result(int code, String output) {}

    private static Result run(Object... command) {
        List<String> words = new ArrayList<>(List.of("bpftool", "-j"));
        for (Object word : command) {
            words.add(word.toString());
        }
        try {
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            return abort("needs bpftool: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
