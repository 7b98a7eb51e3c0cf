package io.clustermesh.cli.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RigFilesTest {

    @TempDir
    private Path base = Path.of("");

    private RigPlan plan() {
        return RigPlan.of(
                new RigOptions(
                        "test9rig", RigOptions.clusters("west,east"), 3, DataPlane.MEMORY, Duration.ofMillis(120)),
                base);
    }

    @Test
    void shouldFindARigAgainByItsFile() {
        RigFiles.create(plan());

        assertThat(RigFiles.read("test9rig", base)).isEqualTo(plan());
        assertThat(RigFiles.names(base)).containsExactly("test9rig");
    }

    @Test
    void shouldSayWhichRigsThereAre() {
        assertThatThrownBy(() -> RigFiles.read("other", base))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("there is no rig \"other\"");
    }

    @Test
    void shouldRefuseToBuildOverARig() {
        RigFiles.create(plan());

        assertThatThrownBy(() -> Rig.refuseIfUp("test9rig", base)).hasMessageContaining("is up already");
        assertThatThrownBy(() -> RigFiles.create(plan())).isInstanceOf(java.io.UncheckedIOException.class);
    }

    @Test
    void shouldTakeDownWhateverIsLeftAndThenNothing() throws InterruptedException, IOException {
        RigFiles.create(plan());
        Files.createDirectories(plan().directory().resolve("processes"));
        Files.writeString(plan().directory().resolve("journal"), "NETNS cm-test9rig-router\nCGRO");

        List<String> first = Rig.down("test9rig", base, Clock.system(), line -> {});
        List<String> second = Rig.down("test9rig", base, Clock.system(), line -> {});

        assertThat(first).containsExactly(plan().directory().toString());
        assertThat(second).isEmpty();
        assertThat(plan().directory()).doesNotExist();
    }

    @Test
    void shouldLeaveOutAJournalLineThatWasCutShort() throws IOException {
        Journal journal = new Journal(base.resolve("journal"));
        journal.about(Journal.Kind.NETNS, "cm-a-b");
        journal.about(Journal.Kind.CGROUP, "/sys/fs/cgroup/with blank");
        Files.writeString(base.resolve("journal"), Files.readString(base.resolve("journal")) + "PIN");

        assertThat(journal.entries())
                .containsExactly(
                        new Journal.Entry(Journal.Kind.NETNS, "cm-a-b"),
                        new Journal.Entry(Journal.Kind.CGROUP, "/sys/fs/cgroup/with blank"));
    }

    @Test
    void shouldStandForPodsOnLoopback() {
        assertThat(Loopback.of(IpAddress.parse("10.2.1.13"))).hasToString("127.2.1.13");
        assertThatThrownBy(() -> Loopback.of(IpAddress.parse("172.30.1.1"))).hasMessageContaining("10.0.0.0/8");
    }
}
