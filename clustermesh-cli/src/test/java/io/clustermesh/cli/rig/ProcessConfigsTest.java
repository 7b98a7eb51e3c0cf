package io.clustermesh.cli.rig;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.cli.rig.plan.RigPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessConfigsTest {

    private static ProcessConfigs configs(DataPlane dataPlane) {
        return new ProcessConfigs(new Surroundings(
                plan(dataPlane),
                dataPlane == DataPlane.KERNEL ? Optional.of(Path.of("/sys/fs/cgroup")) : Optional.empty()));
    }

    private static RigPlan plan(DataPlane dataPlane) {
        return RigPlan.of(
                new RigOptions("rig", RigOptions.clusters("west,east"), 2, dataPlane, RigOptions.DEFAULT_GRACE),
                Path.of("/run/clustermesh"));
    }

    private static JsonNode yaml(String text) throws IOException {
        return new YAMLMapper().readTree(text);
    }

    @Test
    void shouldTellNodeSyncItsCgroupAndPins() throws IOException {
        ClusterPlan west = plan(DataPlane.KERNEL).clusters().getFirst();

        JsonNode config =
                yaml(configs(DataPlane.KERNEL).nodeSync(west, west.nodes().get(1)));

        assertThat(config.at("/data-plane/cgroup").asText()).isEqualTo("/sys/fs/cgroup/clustermesh/rig/west-n2");
        assertThat(config.at("/data-plane/pin-dir").asText()).isEqualTo("/sys/fs/bpf/clustermesh/rig/west-n2");
        assertThat(config.at("/apiserver/endpoints/0").asText()).isEqualTo("https://172.30.1.2:2379");
        assertThat(config.at("/admin/socket").asText())
                .isEqualTo("/run/clustermesh/rig/clusters/west/run/n2-node-sync.sock");
    }

    @Test
    void shouldKeepNodeSyncInMemoryWithoutTheKernel() throws IOException {
        ClusterPlan west = plan(DataPlane.MEMORY).clusters().getFirst();

        JsonNode config =
                yaml(configs(DataPlane.MEMORY).nodeSync(west, west.nodes().getFirst()));

        assertThat(config.at("/data-plane/kind").asText()).isEqualTo("memory");
    }

    @Test
    void shouldNestTheEtcdSettings() throws IOException {
        ClusterPlan east = plan(DataPlane.MEMORY).clusters().get(1);

        JsonNode apiserver = yaml(configs(DataPlane.MEMORY).apiserver(east, "mesh-apiserver"));
        JsonNode allocator = yaml(configs(DataPlane.MEMORY).allocator(east));

        assertThat(apiserver.at("/etcd/endpoint").asText()).isEqualTo("https://127.0.0.1:23782");
        assertThat(apiserver.at("/api/host").asText()).isEqualTo("127.30.2.2");
        assertThat(allocator.at("/etcd/certificate").asText()).endsWith("east/pki/admin.crt");
        assertThat(allocator.at("/admin/socket").asText()).endsWith("identity-allocator.sock");
    }

    @Test
    void shouldLetReplicasShareTheAddressAndNothingElse() throws IOException {
        RigPlan plan = RigPlan.of(
                new RigOptions(
                        "rig",
                        RigOptions.clusters("west"),
                        new RigOptions.Size(1, 2),
                        DataPlane.MEMORY,
                        RigOptions.DEFAULT_GRACE),
                Path.of("/run/clustermesh"));
        ProcessConfigs configs = new ProcessConfigs(new Surroundings(plan, Optional.empty()));

        assertThat(plan.options().apiservers()).containsExactly("mesh-apiserver-0", "mesh-apiserver-1");
        JsonNode second = yaml(configs.apiserver(plan.clusters().getFirst(), "mesh-apiserver-1"));
        assertThat(second.at("/replica/name").asText()).isEqualTo("mesh-apiserver-1");
        assertThat(second.at("/api/reusePort").asBoolean()).isTrue();
        assertThat(Target.parse(plan, cluster -> java.util.List.of(), "west/mesh-apiserver-1"))
                .isEqualTo(new Target.Component("west.mesh-apiserver-1"));
    }

    @Test
    void shouldIntroduceEveryNodeToTheRouterAndBack() throws IOException {
        ClusterPlan east = plan(DataPlane.KERNEL).clusters().get(1);

        JsonNode router = yaml(configs(DataPlane.KERNEL).router(Path.of("/run/bgp.sock")));
        JsonNode node =
                yaml(configs(DataPlane.KERNEL).speaker(east, east.nodes().getFirst()));

        assertThat(router.path("neighbors"))
                .extracting(n -> n.path("asn").asLong())
                .containsExactly(4_200_001_001L, 4_200_001_002L, 4_200_002_001L, 4_200_002_002L);
        assertThat(node.at("/neighbors/0/asn").asLong())
                .isEqualTo(router.path("asn").asLong());
        assertThat(node.at("/neighbors/0/address").asText()).isEqualTo("172.30.2.1");
        assertThat(node.path("advertise")).extracting(JsonNode::asText).containsExactly("10.2.1.0/24", "fd10:2:1::/64");
    }
}
