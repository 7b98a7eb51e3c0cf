package io.clustermesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.admin.View;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ClusterMeshTest {

    @TempDir
    private Path rigs = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Context context() {
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        return new Context(console, Clock.system(), rigs);
    }

    private int run(String... arguments) {
        return ClusterMesh.run(context(), arguments);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static void collect(CommandLine command, String path, List<String> paths) {
        paths.add(path);
        command.getSubcommands().forEach((name, sub) -> collect(sub, path + " " + name, paths));
    }

    @Test
    void shouldHelpWithEveryCommand() {
        List<String> paths = new ArrayList<>();
        collect(ClusterMesh.commandLine(context()), "", paths);

        assertThat(paths).hasSizeGreaterThan(20);
        for (String path : paths) {
            out.reset();
            List<String> words = new ArrayList<>(List.of(path.strip().split(" ")));
            words.removeIf(String::isEmpty);
            if (!words.equals(List.of("help"))) {
                words.add("--help");
            }
            assertThat(run(words.toArray(String[]::new))).as(path).isZero();
            assertThat(said()).as(path).contains("Usage: clustermesh").doesNotContain("null");
        }
    }

    @Test
    void shouldSayItsVersionOnStdout() {
        assertThat(run("version")).isZero();
        assertThat(said()).startsWith("clustermesh ").contains("Java 2");
        assertThat(complained()).isEmpty();
    }

    @Test
    void shouldEndWithTwoForWrongUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("rig")).isEqualTo(2);
        assertThat(run("service")).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run("rig", "up", "--clusters", "west,west")).isEqualTo(2);
        assertThat(complained()).contains("named twice").contains("clustermesh rig up --help");
        assertThat(run("run", "nonsense", "--config", "x")).isEqualTo(2);
        assertThat(said()).isEmpty();
    }

    @Test
    void shouldSayWhatFailedAndWhatToDoNext() {
        assertThat(run("status")).isEqualTo(1);
        assertThat(complained()).contains("error: no rig is up").contains("next: clustermesh rig up");
        assertThat(run("rig", "status", "--name", "other")).isEqualTo(1);
        assertThat(complained()).contains("there is no rig \"other\"");
        assertThat(run("run", "bgp", "--config", "/nonexistent.yaml")).isEqualTo(1);
        assertThat(complained()).contains("/nonexistent.yaml").contains("does not exist");
        assertThat(said()).isEmpty();
    }

    @Test
    void shouldRehearseWithoutTouchingAnything() {
        assertThat(run("rehearse")).isZero();
        assertThat(rigs).isEmptyDirectory();
    }

    @Test
    void shouldUseNoColourUnlessAPersonLooks() {
        assertThat(context().console().paint(Console.Colour.RED, "text")).isEqualTo("text");
        Console dumb = Console.ofProcess(java.util.Map.of("NO_COLOR", ""));
        assertThat(dumb.colour()).isFalse();
        assertThat(dumb.mark(false)).isEqualTo("FAIL");
    }

    @Test
    void shouldPassOnWhatAProcessAnswersOnItsSocket() {
        Path socket = rigs.resolve("admin.sock");
        try (Metrics metrics = new Metrics();
                AdminServer server = AdminServer.start(
                        socket, new Health(), metrics, Map.<String, View>of("/v1/echo", query -> query))) {
            assertThat(run("admin", "--socket=" + socket, "/v1/echo?service=shop/echo"))
                    .as(complained())
                    .isZero();
            assertThat(said().lines().findFirst()).contains("200");
            assertThat(said()).contains("shop/echo");

            out.reset();
            assertThat(run("admin", "--socket=" + socket, "/v1/none")).isZero();
            assertThat(said().lines().findFirst()).contains("404");
        }
        assertThat(run("admin", "--socket=" + socket, "/v1/echo")).isEqualTo(1);
        assertThat(complained()).contains(socket.toString());
    }
}
