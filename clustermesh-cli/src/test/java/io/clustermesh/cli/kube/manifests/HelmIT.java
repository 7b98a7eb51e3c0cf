package io.clustermesh.cli.kube.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.clustermesh.kube.testing.KubernetesPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart by the real helm. */
final class HelmIT {

    private static final Path CHART = KubernetesPrograms.root().resolve("charts/clustermesh");
    private static final String WEST =
            "cluster: {name: west, id: 1, podCidrs: [10.1.0.0/16, \"fd10:1::/48\"], serviceCidrs: [10.96.0.0/16]}\n";

    @TempDir
    Path folder = Path.of("");

    private Path helm = Path.of("helm");

    @BeforeEach
    void find() {
        Optional<Path> found = KubernetesPrograms.find("helm");
        Assumptions.assumeTrue(found.isPresent(), "needs helm, or go to build it with; see build/kubernetes.sh");
        helm = found.orElseThrow();
    }

    /** What helm said. */
    private record Answer(int exit, String out) {}

    @Test
    void shouldPassStrictLint() throws Exception {
        Answer lint = helm("lint", "--strict", CHART.toString(), "--values", values(WEST));

        assertThat(lint.exit()).as(lint.out()).isZero();
        assertThat(lint.out()).contains("1 chart(s) linted, 0 chart(s) failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "namespace: {create: true}\n",
                "ipv6: true\netcd: {highAvailability: true, storageClass: fast}\n",
                "etcd: {enabled: false, endpoint: \"https://etcd.example:2379\", clientSecret: theirs}\n",
                "nodeSync: {dataPlane: memory, tolerations: [], nodeSelector: null}\n",
                "bgp: {enabled: true, nodes: {n1.yaml: \"asn: 1\\n# <a> & \\\"b\\\"\\n\"}}\n",
                "networkPolicies: false\npodDisruptionBudgets: false\n",
                """
                apiserver:
                  replicas: 3
                  service: {type: NodePort, nodePort: 32379, annotations: {a/b: "x<y>&z: \\"q\\" \\\\ \\t é"}}
                  resources: {limits: {cpu: 2}}
                  nodeSelector: {zone: one}
                  tolerations: [{key: k, operator: Exists}]
                image: {repository: "registry.example:5000/clustermesh", pullSecrets: [{name: login}]}
                """
            })
    void shouldRenderAsTheRendererOfOurs(String more) throws Exception {
        String yaml = WEST + more;

        Answer template = helm("template", "clustermesh", CHART.toString(), "-n", "mesh", "--values", values(yaml));
        assertThat(template.exit()).as(template.out()).isZero();
        List<Manifest> ours = ChartRenderer.packed().render("mesh", (ObjectNode) new YAMLMapper().readTree(yaml));

        assertThat(ours).isNotEmpty();
        assertThat(texts(ours)).containsExactlyInAnyOrderElementsOf(documents(template.out()));
        assertThat(ours.stream().map(Manifest::kind).toList()).isEqualTo(kinds(template.out()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster: {name: West, id: 1}",
                "cluster: {name: default, id: 1}",
                "cluster: {name: west, id: 512}",
                "cluster: {name: west, id: 1, podCidr: [10.1.0.0/16]}",
                "cluster: {name: west, id: 1}\netcd: {enabled: false}",
                "cluster: {name: west, id: 1}\nnodeSync: {dataPlane: netkit}"
            })
    void shouldRefuseValuesThatBreakTheSchema(String values) throws Exception {
        Answer template = helm("template", "clustermesh", CHART.toString(), "--values", values(values));

        assertThat(template.exit()).isNotZero();
        assertThat(template.out()).contains("values don't meet the specifications of the schema");
    }

    @Test
    void shouldKnowEveryTemplateOfTheChart() throws IOException {
        try (Stream<Path> files = Files.list(CHART.resolve("templates"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrderElementsOf(ChartRenderer.TEMPLATES);
        }
    }

    private static List<String> texts(List<Manifest> manifests) {
        return manifests.stream()
                .map(manifest -> "# Source: clustermesh/templates/" + manifest.template() + "\n" + manifest.yaml())
                .toList();
    }

    private static List<String> documents(String out) {
        return Arrays.stream(out.split("(^|\\n)---\\n"))
                .map(String::strip)
                .filter(document -> !document.isEmpty())
                .toList();
    }

    private static List<String> kinds(String out) throws IOException {
        List<String> kinds = new ArrayList<>();
        for (String document : documents(out)) {
            kinds.add(new YAMLMapper().readTree(document).path("kind").asText());
        }
        return kinds;
    }

    private String values(String yaml) throws IOException {
        return Files.writeString(folder.resolve("values.yaml"), yaml).toString();
    }

    private Answer helm(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(helm.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        for (String home : List.of("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")) {
            builder.environment().put(home, folder.resolve(home).toString());
        }
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out);
    }
}
