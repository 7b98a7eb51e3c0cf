package io.clustermesh.cli.rig.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.cli.rig.plan.RigPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalePlanTest {

    private static final PodRecord.Owner ECHO = new PodRecord.Owner("shop", "echo");
    private static final ClusterPlan WEST = RigPlan.of(
                    new RigOptions(
                            "rig", RigOptions.clusters("west,east"), 2, DataPlane.KERNEL, RigOptions.DEFAULT_GRACE),
                    Path.of("/run"))
            .clusters()
            .getFirst();

    private static List<PodRecord> running(ScalePlan plan) {
        return plan.add().stream().map(p -> p.in(PodRecord.Phase.RUNNING)).toList();
    }

    @Test
    void shouldSpreadNewPodsOverTheNodes() {
        ScalePlan plan = ScalePlan.of(WEST, List.of(), ECHO, 0, 3);

        assertThat(plan.remove()).isEmpty();
        assertThat(plan.add()).extracting(PodRecord::name).containsExactly("echo-1", "echo-2", "echo-3");
        assertThat(plan.add())
                .extracting(p -> p.place().v4().toString())
                .containsExactly("10.1.1.10", "10.1.2.11", "10.1.1.12");
        assertThat(plan.add())
                .extracting(p -> p.place().v6().toString())
                .containsExactly("fd10:1:1::a", "fd10:1:2::b", "fd10:1:1::c");
    }

    @Test
    void shouldRemoveTheHighestNumbers() {
        List<PodRecord> three = running(ScalePlan.of(WEST, List.of(), ECHO, 0, 3));

        ScalePlan plan = ScalePlan.of(WEST, three, ECHO, 12, 1);

        assertThat(plan.add()).isEmpty();
        assertThat(plan.remove()).extracting(PodRecord::name).containsExactly("echo-2", "echo-3");
    }

    @Test
    void shouldNotGiveAnAddressAgainSoon() {
        List<PodRecord> two = running(ScalePlan.of(WEST, List.of(), ECHO, 0, 2));
        ScalePlan away = ScalePlan.of(WEST, two, ECHO, 11, 0);

        ScalePlan back = ScalePlan.of(WEST, List.of(), ECHO, 11, 2);

        assertThat(away.remove()).hasSize(2);
        assertThat(back.add()).extracting(p -> p.place().host()).containsExactly(12, 13);
    }

    @Test
    void shouldGoRoundTheAddressesAndSkipThoseInUse() {
        List<PodRecord> first = running(ScalePlan.of(WEST, List.of(), ECHO, 0, 1));
        PodRecord.Owner other = new PodRecord.Owner("shop", "other");

        ScalePlan plan = ScalePlan.of(WEST, first, other, 250, 1);

        assertThat(plan.add().getFirst().place().host()).isEqualTo(11);
    }

    @Test
    void shouldReplaceDeadPodsAndLeaveOtherWorkloadsAlone() {
        List<PodRecord> pods = new ArrayList<>(running(ScalePlan.of(WEST, List.of(), ECHO, 0, 2)));
        pods.set(0, pods.get(0).in(PodRecord.Phase.FAILED));
        pods.addAll(running(ScalePlan.of(WEST, pods, new PodRecord.Owner("shop", "other"), 11, 1)));

        ScalePlan plan = ScalePlan.of(WEST, pods, ECHO, 12, 2);

        assertThat(plan.remove()).containsExactly(pods.get(0));
        assertThat(plan.add()).extracting(PodRecord::name).containsExactly("echo-1");
    }

    @Test
    void shouldReadBackWhatItWrote() {
        PodRecord pod = ScalePlan.of(WEST, List.of(), ECHO, 0, 1).add().getFirst();

        assertThat(PodRecord.parse(pod.line())).contains(pod);
        assertThat(PodRecord.parse("half a li")).isEmpty();
    }
}
