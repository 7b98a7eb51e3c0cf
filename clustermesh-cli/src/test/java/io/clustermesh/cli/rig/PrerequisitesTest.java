package io.clustermesh.cli.rig;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.cli.rig.Prerequisites.Machine;
import io.clustermesh.cli.rig.plan.DataPlane;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrerequisitesTest {

    @Test
    void shouldBeContentWithAllThatIsNeeded() {
        assertThat(Prerequisites.missing(new Machine(true, List.of(), true, Optional.empty()), DataPlane.KERNEL))
                .isEmpty();
    }

    @Test
    void shouldSayEachMissingThingInOneLineWithTheRemedy() {
        List<String> lines = Prerequisites.missing(
                new Machine(true, List.of("ip", "etcd"), false, Optional.of("no rights")), DataPlane.KERNEL);

        assertThat(lines).hasSize(4).allSatisfy(line -> assertThat(line).doesNotContain("\n"));
        assertThat(lines.get(0)).contains("iproute2");
        assertThat(lines.get(1)).contains("etcd-server");
        assertThat(lines.get(2)).contains("mount -t cgroup2");
        assertThat(lines.get(3)).contains("no rights");
    }

    @Test
    void shouldAskForRootFirst() {
        assertThat(Prerequisites.missing(new Machine(false, List.of(), false, Optional.empty()), DataPlane.KERNEL))
                .singleElement()
                .asString()
                .contains("run with sudo");
    }

    @Test
    void shouldNeedNoRightsInMemory() {
        assertThat(Prerequisites.missing(new Machine(false, List.of(), false, Optional.empty()), DataPlane.MEMORY))
                .isEmpty();
    }
}
