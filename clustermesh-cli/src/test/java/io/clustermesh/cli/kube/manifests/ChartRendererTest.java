package io.clustermesh.cli.kube.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.model.Cidr;
import io.clustermesh.store.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

final class ChartRendererTest {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String WEST =
            "cluster: {name: west, id: 1, podCidrs: [10.1.0.0/16, \"fd10:1::/48\"], serviceCidrs: [10.96.0.0/16]}\n";

    private final ChartRenderer chart = ChartRenderer.packed();

    @Test
    void shouldSayWhoTheClusterIsAsItsOwnFileDoes() throws IOException {
        JsonNode config = object(WEST, "ConfigMap", "clustermesh-config");

        ClusterFile file = ClusterFile.read(Settings.of(
                Path.of("cluster.yaml"), config.at("/data/cluster.yaml").asText()));

        assertThat(file.name()).hasToString("west");
        assertThat(file.id().value()).isEqualTo(1);
        assertThat(file.blocks().pods()).containsExactly(Cidr.parse("10.1.0.0/16"), Cidr.parse("fd10:1::/48"));
        assertThat(file.endpoint()).hasToString("https://clustermesh-apiserver.mesh.svc:2379");
    }

    @Test
    void shouldNameTheEndpointThatIsGiven() throws IOException {
        JsonNode config = object(
                WEST.replace("}", ", endpoint: \"https://198.51.100.7:2379\"}"), "ConfigMap", "clustermesh-config");

        assertThat(config.at("/data/cluster.yaml").asText()).contains("endpoint: https://198.51.100.7:2379");
    }

    @Test
    void shouldPutWhatOthersNeedFirst() throws IOException {
        List<String> kinds = chart.render("mesh", values(WEST + "namespace: {create: true}\n")).stream()
                .map(Manifest::kind)
                .distinct()
                .toList();

        assertThat(kinds)
                .containsExactly(
                        "Namespace",
                        "NetworkPolicy",
                        "PodDisruptionBudget",
                        "ServiceAccount",
                        "ConfigMap",
                        "ClusterRole",
                        "ClusterRoleBinding",
                        "Service",
                        "DaemonSet",
                        "Deployment",
                        "StatefulSet");
    }

    @Test
    void shouldLeaveOutAnEtcdThatIsSomebodyElses() throws IOException {
        String values =
                WEST + "etcd: {enabled: false, endpoint: \"https://etcd.example:2379\", clientSecret: theirs}\n";

        assertThat(chart.render("mesh", values(values)))
                .noneMatch(manifest -> manifest.template().equals("etcd.yaml"))
                .noneMatch(manifest -> manifest.yaml().contains("name: clustermesh-etcd"));
        assertThat(object(values, "ConfigMap", "clustermesh-processes")
                        .at("/data/mesh-apiserver.yaml")
                        .asText())
                .contains("endpoint: https://etcd.example:2379");
        assertThat(object(values, "Deployment", "clustermesh-identity-allocator")
                        .toString())
                .contains("\"secretName\":\"theirs\"");
    }

    @Test
    void shouldGiveRightsInTheApiToOneAccountOnly() throws IOException {
        for (Manifest manifest : chart.render("mesh", values(WEST + "bgp: {enabled: true}\n"))) {
            JsonNode object = YAML.readTree(manifest.yaml());
            JsonNode mounts = object.at("/spec/template/spec/automountServiceAccountToken");
            boolean apiserver = object.at("/metadata/name").asText().equals("clustermesh-apiserver");
            if (object.at("/spec/template").isObject()) {
                assertThat(mounts.asText()).as(manifest.yaml()).isEqualTo(Boolean.toString(apiserver));
            }
            object.path("subjects")
                    .forEach(
                            subject -> assertThat(subject.path("name").asText()).isEqualTo("clustermesh-apiserver"));
        }
    }

    @Test
    void shouldAskForNoPrivilegedContainerAndNoCapabilityButThoseNamed() throws IOException {
        for (Manifest manifest : chart.render("mesh", values(WEST + "bgp: {enabled: true}\n"))) {
            for (JsonNode container : YAML.readTree(manifest.yaml()).at("/spec/template/spec/containers")) {
                JsonNode security = container.path("securityContext");
                assertThat(security.path("privileged").isMissingNode()).isTrue();
                assertThat(security.path("allowPrivilegeEscalation").asBoolean(true))
                        .isFalse();
                assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
                assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
                assertThat(added(security))
                        .isEqualTo(
                                switch (container.path("name").asText()) {
                                    case "node-sync" -> List.of("BPF", "PERFMON", "NET_ADMIN");
                                    case "bgp" -> List.of("NET_ADMIN", "NET_BIND_SERVICE");
                                    default -> List.of();
                                });
            }
        }
    }

    @Test
    void shouldMergeMapsAndReplaceTheRest() throws IOException {
        String values = WEST + "apiserver: {resources: {limits: {memory: 2Gi}}, tolerations: [{key: a}]}\n";

        JsonNode container = object(values, "Deployment", "clustermesh-apiserver");

        assertThat(container.at("/spec/template/spec/containers/0/resources").toString())
                .isEqualTo("{\"limits\":{\"memory\":\"2Gi\"},\"requests\":{\"cpu\":\"200m\",\"memory\":\"384Mi\"}}");
        assertThat(container.at("/spec/template/spec/tolerations").toString()).isEqualTo("[{\"key\":\"a\"}]");
    }

    @Test
    void shouldLeaveTheKernelAloneWithTablesInMemory() throws IOException {
        JsonNode set = object(WEST + "nodeSync: {dataPlane: memory}\n", "DaemonSet", "clustermesh-node-sync");

        assertThat(set.toString()).doesNotContain("hostPath").doesNotContain("PERFMON");
    }

    private JsonNode object(String values, String kind, String name) throws IOException {
        for (Manifest manifest : chart.render("mesh", values(values))) {
            JsonNode object = YAML.readTree(manifest.yaml());
            if (manifest.kind().equals(kind)
                    && object.at("/metadata/name").asText().equals(name)) {
                return object;
            }
        }
        throw new AssertionError("no %s %s is rendered".formatted(kind, name));
    }

    private static List<String> added(JsonNode security) {
        return StreamSupport.stream(security.at("/capabilities/add").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static ObjectNode values(String yaml) throws IOException {
        return (ObjectNode) YAML.readTree(yaml);
    }
}
