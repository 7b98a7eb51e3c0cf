package io.clustermesh.cli.rig.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.store.runtime.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTableTest {

    @TempDir
    private Path folder = Path.of("");

    private ProcessTable table() {
        return new ProcessTable(folder.resolve("processes"), Clock.system());
    }

    private ProcessTable.Spec spec(String name, String... command) {
        return new ProcessTable.Spec(
                name,
                List.of(command),
                Map.of("GREETING", "hello"),
                folder.resolve("log/" + name),
                ProcessTable.Place.HERE);
    }

    @Test
    void shouldKnowAProcessFromItsStartToItsEnd() throws InterruptedException {
        ProcessTable table = table();

        ProcessId id = table.start(spec("sleeper", "sleep", "60"));

        assertThat(id.isAlive()).isTrue();
        assertThat(id.residentBytes()).isPositive();
        assertThat(table().all()).containsExactlyEntriesOf(Map.of("sleeper", id));
        table.stop(List.of("sleeper"));
        assertThat(id.isAlive()).isFalse();
        assertThat(table.all()).isEmpty();
    }

    @Test
    void shouldLogWhatTheProcessSays() throws InterruptedException {
        ProcessId id = table().start(spec("speaker", "sh", "-c", "echo $GREETING"));

        Awaitility.await().until(() -> !id.isAlive());

        assertThat(folder.resolve("log/speaker")).hasContent("hello");
    }

    @Test
    void shouldKillAProcessThatIgnoresItsSignal() throws InterruptedException {
        ProcessTable table = table();
        ProcessId id = table.start(spec("stubborn", "sh", "-c", "trap '' TERM; while :; do sleep 60; done"));

        table.kill("stubborn");

        assertThat(id.isAlive()).isFalse();
        assertThat(table.find("stubborn")).contains(id);
    }

    @Test
    void shouldNeverTakeALaterProcessForAnEarlierOne() throws InterruptedException {
        ProcessTable table = table();
        ProcessId id = table.start(spec("sleeper", "sleep", "60"));
        ProcessId earlier = new ProcessId(id.pid(), id.startTicks() - 1);

        earlier.kill();

        assertThat(earlier.isAlive()).isFalse();
        assertThat(id.isAlive()).isTrue();
        table.stop(List.of("sleeper"));
    }

    @Test
    void shouldSayWhereToLookIfAProcessDoesNotStart() throws java.io.IOException {
        Files.createDirectories(folder.resolve("processes"));
        ProcessTable.Spec bad = new ProcessTable.Spec(
                "nowhere",
                List.of("true"),
                Map.of(),
                folder.resolve("log/nowhere"),
                new ProcessTable.Place(
                        java.util.Optional.of(new Netns("cm-no-such-namespace")), java.util.Optional.empty()));

        assertThatThrownBy(() -> table().start(bad))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("log/nowhere");
    }

    @Test
    void shouldIgnoreWhatIsNoProcess() {
        assertThat(ProcessId.parse("12")).isEmpty();
        assertThat(ProcessId.parse("a b")).isEmpty();
        assertThat(ProcessId.parse("12 34\n")).contains(new ProcessId(12, 34));
        assertThat(new ProcessId(1, 1).isAlive()).isFalse();
    }
}
