package io.clustermesh.cli.rig.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RigPlanTest {

    private static RigOptions options(String clusters, int nodes, DataPlane dataPlane) {
        return new RigOptions("rig", RigOptions.clusters(clusters), nodes, dataPlane, Duration.ofMillis(300));
    }

    private static RigPlan plan(DataPlane dataPlane) {
        return RigPlan.of(options("west,east", 2, dataPlane), Path.of("/run/clustermesh"));
    }

    @Test
    void shouldNameEverythingAfterRigClusterAndNode() {
        assertThat(plan(DataPlane.KERNEL).namespaces())
                .containsExactly(
                        "cm-rig-router",
                        "cm-rig-west",
                        "cm-rig-west-n1",
                        "cm-rig-west-n2",
                        "cm-rig-east",
                        "cm-rig-east-n1",
                        "cm-rig-east-n2");
    }

    @Test
    void shouldGiveEachClusterAndNodeItsOwnBlocks() {
        ClusterPlan east = plan(DataPlane.KERNEL).cluster("east").orElseThrow();
        NodePlan second = east.nodes().get(1);

        assertThat(east.endpoint()).isEqualTo("https://172.30.2.2:2379");
        assertThat(east.network().services().v4()).hasToString("10.102.0.0/16");
        assertThat(east.network().services().v6()).hasToString("fd20:2::/112");
        assertThat(second.underlay().v4()).hasToString("172.30.2.12");
        assertThat(second.underlay().v6()).hasToString("fd30:2::12");
        assertThat(second.pods().v4()).hasToString("10.2.2.0/24");
        assertThat(second.pods().v6()).hasToString("fd10:2:2::/64");
        assertThat(second.bridge().v4()).hasToString("10.2.2.1");
        assertThat(second.asn()).isEqualTo(4_200_002_002L);
    }

    @Test
    void shouldKeepTheBlocksOfLargeRigsApart() {
        String names = String.join(
                ",",
                java.util.stream.IntStream.rangeClosed(1, 20)
                        .mapToObj(i -> "c" + i)
                        .toList());
        RigPlan plan = RigPlan.of(options(names, 5, DataPlane.KERNEL), Path.of("/run"));
        Set<Object> seen = new HashSet<>();

        for (ClusterPlan cluster : plan.clusters()) {
            for (NodePlan node : cluster.nodes()) {
                assertThat(seen.add(node.pods())).isTrue();
                assertThat(seen.add(node.underlay())).isTrue();
                assertThat(seen.add(node.asn())).isTrue();
                assertThat(cluster.network()
                                .pods()
                                .v4()
                                .contains(node.pods().v4().base()))
                        .isTrue();
                assertThat(cluster.network()
                                .pods()
                                .v6()
                                .contains(node.pods().v6().base()))
                        .isTrue();
            }
        }
    }

    @Test
    void shouldUseLoopbackWithoutTheKernel() {
        assertThat(plan(DataPlane.MEMORY).clusters().getFirst().endpoint()).isEqualTo("https://127.30.1.2:2379");
    }

    @Test
    void shouldFindNodesByShortAndFullName() {
        ClusterPlan west = plan(DataPlane.KERNEL).cluster("west").orElseThrow();

        assertThat(west.node("n2")).isEqualTo(west.node("west-n2")).isPresent();
        assertThat(west.node("n3")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "west,west | 2 | named twice",
                "West      | 2 | breaks the rule",
                "default   | 2 | reserved",
                "west-n1   | 2 | looks like one of the rig's own names",
                "n1        | 2 | looks like one of the rig's own names",
                "router    | 2 | looks like one of the rig's own names",
                "west,     | 2 | breaks the rule",
                "west      | 0 | 1 to 100 nodes",
                "west      | 101 | 1 to 100 nodes"
            })
    void shouldRefuseBadOptionsWithTheRule(String clusters, int nodes, String said) {
        assertThatThrownBy(() -> options(clusters, nodes, DataPlane.KERNEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @CsvSource({"a-b", "RIG", "'', ", "waytoolongforarig"})
    void shouldRefuseBadRigNames(String name) {
        assertThatThrownBy(() -> new RigOptions(
                        name == null ? "" : name,
                        RigOptions.clusters("west"),
                        1,
                        DataPlane.KERNEL,
                        RigOptions.DEFAULT_GRACE))
                .hasMessageContaining("1 to 12 lower-case letters and digits");
    }

    @Test
    void shouldReadTheDataPlanesName() {
        assertThat(List.of(DataPlane.parse("kernel"), DataPlane.parse("memory")))
                .containsExactly(DataPlane.KERNEL, DataPlane.MEMORY);
        assertThatThrownBy(() -> DataPlane.parse("xdp")).hasMessageContaining("choose kernel or memory");
    }
}
