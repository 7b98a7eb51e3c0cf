package io.clustermesh.cli.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.cli.rig.workload.PodRecord;
import io.clustermesh.cli.rig.workload.ScalePlan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetTest {

    private static final RigPlan PLAN = RigPlan.of(
            new RigOptions("rig", RigOptions.clusters("west,east"), 2, DataPlane.KERNEL, RigOptions.DEFAULT_GRACE),
            Path.of("/run"));

    private static List<PodRecord> pods(ClusterPlan cluster) {
        return ScalePlan.of(cluster, List.of(), Workloads.ECHO, 0, 2).add();
    }

    private static Target parse(String text) {
        return Target.parse(PLAN, TargetTest::pods, text);
    }

    @Test
    void shouldFindEveryKindOfTarget() {
        ClusterPlan west = PLAN.clusters().getFirst();

        assertThat(parse("router")).isEqualTo(new Target.Router());
        assertThat(parse("router/bgp")).isEqualTo(new Target.Component("router.bgp"));
        assertThat(parse("west")).isEqualTo(new Target.Cluster(west));
        assertThat(parse("west/etcd")).isEqualTo(new Target.Component("west.etcd"));
        assertThat(parse("west/n2"))
                .isEqualTo(new Target.Node(west, west.nodes().get(1)));
        assertThat(parse("west/n2/node-sync")).isEqualTo(new Target.Component("west-n2.node-sync"));
        assertThat(parse("west/echo-1"))
                .isEqualTo(new Target.Pod(west, pods(west).getFirst()));
        assertThat(parse("west/shop/echo-1")).isEqualTo(parse("west/echo-1"));
    }

    @Test
    void shouldSayWhatThereIsInstead() {
        assertThatThrownBy(() -> parse("north")).hasMessageContaining("only [west, east]");
        assertThatThrownBy(() -> parse("west/echo-9")).hasMessageContaining("[shop/echo-1, shop/echo-2]");
        assertThatThrownBy(() -> parse("west/other/echo-1")).hasMessageContaining("names nothing");
        assertThatThrownBy(() -> parse("west/n1/etcd")).hasMessageContaining("[node-sync, bgp]");
    }
}
