package io.clustermesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.store.runtime.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {

    @TempDir
    private Path folder = Path.of("");

    private static String script(String shell) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Context context =
                new Context(new Console(stream, stream, false, false), Clock.system(), Path.of("/nonexistent"));
        assertThat(ClusterMesh.run(context, "completion", shell)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Bash itself completes a line by the script. */
    @Test
    void shouldMakeBashCompleteCommandsAndOptions() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("completion.bash"), script("bash"));

        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        ". %s; COMP_WORDS=(clustermesh conn); COMP_CWORD=1; _complete_clustermesh; echo ${COMPREPLY[@]}"
                                .formatted(file))
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(bash.waitFor()).as(said).isZero();
        assertThat(said.strip()).isEqualTo("connect");
    }

    @Test
    void shouldOfferEveryCommandToFish() {
        assertThat(script("fish").lines())
                .contains("complete -c clustermesh -f")
                .anyMatch(line -> line.contains("__fish_use_subcommand") && line.contains("-a enable "))
                .anyMatch(line -> line.contains("__fish_seen_subcommand_from token") && line.contains("-a create "))
                .anyMatch(line -> line.contains("__fish_seen_subcommand_from connect")
                        && line.contains("-l mode -l connection-mode -r -a 'unicast bidirectional mesh'"))
                .noneMatch(line -> line.contains("-a rehearse"));
    }
}
