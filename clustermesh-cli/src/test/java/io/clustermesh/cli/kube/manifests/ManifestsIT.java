package io.clustermesh.cli.kube.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.clustermesh.kube.testing.KubeApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests before a real API server, with its own validation, defaults and Pod Security admission. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ManifestsIT {

    private static final String WEST =
            "cluster: {name: west, id: 1, podCidrs: [10.1.0.0/16], serviceCidrs: [10.96.0.0/16]}\n";

    private final KubeApiServer server = KubeApiServer.start("manifests");

    @BeforeAll
    void namespaces() {
        for (String level : List.of("restricted", "baseline", "privileged")) {
            server.admin()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(level)
                            .addToLabels("pod-security.kubernetes.io/enforce", level)
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    @AfterAll
    void end() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "namespace: {create: true}\n",
                "ipv6: true\netcd: {highAvailability: true, storageClass: fast}\nbgp: {enabled: true, nodes: {n1.yaml: \"asn: 1\"}}\n",
                "etcd: {enabled: false, endpoint: \"https://etcd.example:2379\"}\napiserver: {service: {type: NodePort, nodePort: 32379}}\n",
                "nodeSync: {dataPlane: memory}\nimage: {pullSecrets: [{name: login}]}\n"
            })
    void shouldBeAcceptedByAServerSideDryRun(String values) throws IOException {
        PatchContext strictly = new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withDryRun(List.of("All"))
                .withFieldValidation("Strict")
                .withFieldManager("test")
                .build();
        List<Manifest> manifests = manifests("privileged", WEST + values);

        assertThat(manifests).hasSizeGreaterThan(10);
        for (Manifest manifest : manifests) {
            HasMetadata answer = server.admin().resource(manifest.yaml()).patch(strictly, manifest.yaml());

            assertThat(answer.getKind()).isEqualTo(manifest.kind());
            assertThat(answer.getMetadata().getUid()).as("the API server's own").isNotEmpty();
        }
    }

    @Test
    void shouldChangeNothingWhenAppliedTwice() throws IOException {
        List<HasMetadata> objects = objects("privileged", WEST);
        List<String> first = applied(objects);

        assertThat(applied(objects)).isEqualTo(first).doesNotContainNull();
    }

    /** All but the two that work on the node itself run under the strictest standard. */
    @Test
    void shouldKeepToTheRestrictedPodSecurityStandardExceptOnTheNodeItself() throws IOException {
        for (HasMetadata object : objects("restricted", WEST + "bgp: {enabled: true}\n")) {
            Optional<Pod> pod = pod(object);
            if (pod.isEmpty()) {
                continue;
            }
            String name = object.getMetadata().getName();
            if (name.equals("clustermesh-node-sync") || name.equals("clustermesh-bgp")) {
                assertThatThrownBy(() -> dryRun(pod.get(), "baseline"))
                        .isInstanceOfSatisfying(
                                KubernetesClientException.class,
                                e -> assertThat(e.getMessage())
                                        .contains("violates PodSecurity \"baseline:latest\"")
                                        .doesNotContain("privileged"));
                assertThat(dryRun(pod.get(), "privileged").getMetadata().getName())
                        .isEqualTo(name);
            } else {
                assertThat(dryRun(pod.get(), "restricted").getMetadata().getName())
                        .isEqualTo(name);
            }
        }
    }

    private Pod dryRun(Pod pod, String namespace) {
        return server.admin()
                .pods()
                .inNamespace(namespace)
                .resource(pod)
                .dryRun()
                .create();
    }

    private static Optional<Pod> pod(HasMetadata object) {
        Optional<PodTemplateSpec> template = switch (object) {
            case Deployment deployment -> Optional.of(deployment.getSpec().getTemplate());
            case DaemonSet set -> Optional.of(set.getSpec().getTemplate());
            case StatefulSet set -> Optional.of(set.getSpec().getTemplate());
            default -> Optional.empty();
        };
        return template.map(found -> new PodBuilder()
                        .withNewMetadata()
                        .withName(object.getMetadata().getName())
                        .withLabels(found.getMetadata().getLabels())
                        .endMetadata()
                        .withSpec(found.getSpec())
                        .build())
                .map(pod -> object instanceof StatefulSet ? withClaim(pod) : pod);
    }

    /** The volume of the claim, which the StatefulSet's controller adds. */
    private static Pod withClaim(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .addNewVolume()
                .withName("data")
                .withNewPersistentVolumeClaim("data-0", false)
                .endVolume()
                .endSpec()
                .build();
    }

    private List<String> applied(List<HasMetadata> objects) {
        return objects.stream()
                .map(object -> server.admin()
                        .resource(object)
                        .fieldManager("test")
                        .serverSideApply()
                        .getMetadata()
                        .getResourceVersion())
                .toList();
    }

    private List<HasMetadata> objects(String namespace, String values) throws IOException {
        return manifests(namespace, values).stream()
                .map(manifest ->
                        (HasMetadata) server.admin().resource(manifest.yaml()).item())
                .toList();
    }

    private static List<Manifest> manifests(String namespace, String values) throws IOException {
        return ChartRenderer.packed().render(namespace, (ObjectNode) new YAMLMapper().readTree(values));
    }
}
