package io.clustermesh.cli.rig.workload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.cli.rig.plan.RigPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestsTest {

    private static final PodRecord.Owner ECHO = new PodRecord.Owner("shop", "echo");
    private static final ClusterPlan WEST = RigPlan.of(
                    new RigOptions("rig", RigOptions.clusters("west"), 2, DataPlane.KERNEL, RigOptions.DEFAULT_GRACE),
                    Path.of("/run"))
            .clusters()
            .getFirst();

    private static List<JsonNode> parse(String yaml) throws IOException {
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(yaml)) {
            return documents.readAll();
        }
    }

    @Test
    void shouldDescribeEveryNode() throws IOException {
        List<JsonNode> nodes = parse(Manifests.nodes(WEST));

        assertThat(nodes).extracting(n -> n.at("/metadata/name").asText()).containsExactly("west-n1", "west-n2");
        assertThat(nodes.get(1).at("/spec/podCIDRs/1").asText()).isEqualTo("fd10:1:2::/64");
        assertThat(nodes.get(1).at("/status/addresses/0/address").asText()).isEqualTo("172.30.1.12");
    }

    @Test
    void shouldMakeTheServiceGlobalAndDualStack() throws IOException {
        JsonNode service = parse(Manifests.service(ECHO, Manifests.serviceAddress(WEST), "local"))
                .getFirst();

        assertThat(service.at("/metadata/annotations/service.cilium.io~1global").asText())
                .isEqualTo("true");
        assertThat(service.at("/spec/clusterIPs"))
                .extracting(JsonNode::asText)
                .containsExactly("10.101.0.10", "fd20:1::a");
        assertThat(service.at("/spec/ports"))
                .extracting(p -> p.path("protocol").asText())
                .containsExactly("TCP", "UDP");
    }

    @Test
    void shouldShowLeavingPodsAsServingButNotReady() throws IOException {
        List<PodRecord> pods = ScalePlan.of(WEST, List.of(), ECHO, 0, 3).add();
        List<PodRecord> mixed = List.of(
                pods.get(0).in(PodRecord.Phase.RUNNING), pods.get(1).in(PodRecord.Phase.TERMINATING), pods.get(2));

        List<JsonNode> slices = parse(Manifests.endpointSlices(WEST, ECHO, mixed));

        assertThat(slices).extracting(s -> s.path("addressType").asText()).containsExactly("IPv4", "IPv6");
        assertThat(slices.get(1).path("endpoints")).hasSize(2);
        assertThat(slices.get(0).at("/endpoints/0/conditions/ready").asBoolean())
                .isTrue();
        assertThat(slices.get(0).at("/endpoints/1/conditions"))
                .hasToString("{\"ready\":false,\"serving\":true,\"terminating\":true}");
    }

    @Test
    void shouldWriteSlicesWithoutEndpoints() throws IOException {
        List<JsonNode> slices = parse(Manifests.endpointSlices(WEST, ECHO, List.of()));

        assertThat(slices).hasSize(2).allMatch(s -> s.path("endpoints").isArray());
    }

    @Test
    void shouldDescribePodsWithBothAddresses() throws IOException {
        PodRecord pod = ScalePlan.of(WEST, List.of(), ECHO, 0, 1).add().getFirst();

        JsonNode manifest = parse(Manifests.pod(WEST, pod)).getFirst();

        assertThat(manifest.at("/spec/nodeName").asText()).isEqualTo("west-n1");
        assertThat(manifest.at("/status/hostIP").asText()).isEqualTo("172.30.1.11");
        assertThat(manifest.at("/status/podIPs"))
                .extracting(ip -> ip.path("ip").asText())
                .containsExactly("10.1.1.10", "fd10:1:1::a");
        assertThat(manifest.at("/metadata/labels/app").asText()).isEqualTo("echo");
    }
}
