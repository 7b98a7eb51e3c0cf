package io.clustermesh.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.kube.testing.KubeApiServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubeClientsIT {

    private final Optional<String> west = Optional.of("west");
    private KubeApiServer server = KubeApiServer.start("west");

    @BeforeAll
    void begin() {
        assertThat(server.url()).startsWith("https://127.0.0.1:");
    }

    @AfterAll
    void end() {
        server.close();
    }

    @Test
    void shouldWriteAndReadWithTheContextThatIsNamed() {
        try (KubernetesClient client = KubeClients.ofKubeconfig(Optional.of(server.kubeconfig()), west)) {
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace("default")
                            .withName("one")
                            .endMetadata()
                            .addToData("key", "value")
                            .build())
                    .create();
            assertThat(client.configMaps()
                            .inNamespace("default")
                            .withName("one")
                            .get()
                            .getData())
                    .containsEntry("key", "value");
        }
    }

    @Test
    void shouldNameTheContextsThereAreWhenTheOneAskedForIsMissing() {
        assertThatThrownBy(() -> KubeClients.ofKubeconfig(Optional.of(server.kubeconfig()), Optional.of("north"))
                        .close())
                .isInstanceOfSatisfying(KubeException.class, e -> {
                    assertThat(e).hasMessageContaining("no context \"north\"");
                    assertThat(e.remedy()).contains("west");
                });
    }

    @Test
    void shouldSayWhichKubeconfigCanNotBeRead(@TempDir Path folder) {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() ->
                        KubeClients.ofKubeconfig(Optional.of(missing), west).close())
                .isInstanceOf(KubeException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void shouldRefuseWhatAServiceAccountHasNoRoleFor() {
        server.admin()
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("nobody")
                        .endMetadata()
                        .build())
                .create();
        Path kubeconfig = server.kubeconfigOf("default", "nobody");
        try (KubernetesClient nobody = KubeClients.ofKubeconfig(Optional.of(kubeconfig), west)) {
            assertThatThrownBy(() -> nobody.secrets().inNamespace("default").list())
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class,
                            e -> assertThat(e.getCode()).isEqualTo(403));
        }
    }

    @Test
    void shouldKeepItsObjectsThroughARestart() {
        server.admin()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("kept")
                        .endMetadata()
                        .build())
                .create();
        server.down();
        server.up();
        assertThat(server.admin()
                        .configMaps()
                        .inNamespace("default")
                        .withName("kept")
                        .get())
                .isNotNull();
    }
}
