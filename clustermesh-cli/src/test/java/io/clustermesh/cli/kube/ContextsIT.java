package io.clustermesh.cli.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.kube.testing.KubeApiServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two clusters with real Kubernetes APIs and real mesh-apiservers, from their first day to one's death. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
final class ContextsIT {

    private static final int NET = ThreadLocalRandom.current().nextInt(1, 250);

    private final KubeApiServer westServer = KubeApiServer.start("west");
    private final KubeApiServer eastServer = KubeApiServer.start("east");
    private RunningSite west = new RunningSite(westServer, Path.of(""), "");
    private RunningSite east = new RunningSite(eastServer, Path.of(""), "");
    private Optional<Commands> given = Optional.empty();

    @BeforeAll
    void enableBoth(@TempDir Path folder) throws IOException {
        given = Optional.of(Commands.of(folder, westServer, eastServer));
        west = enabled(westServer, 1, new RunningSite(westServer, folder, "127.77.%d.1".formatted(NET)));
        east = enabled(eastServer, 2, new RunningSite(eastServer, folder, "127.77.%d.2".formatted(NET)));
    }

    private RunningSite enabled(KubeApiServer server, int id, RunningSite site) throws IOException {
        int code = commands()
                .run(
                        "enable",
                        "--context=" + server.name(),
                        "--cluster-name=" + server.name(),
                        "--cluster-id=" + id,
                        "--pod-cidr=10.%d.0.0/16".formatted(id),
                        "--service-cidr=10.%d.0.0/16".formatted(100 + id),
                        "--endpoint=https://%s:2379".formatted(site.address()));
        assertThat(code).as(commands().complained()).isZero();
        site.giveAddress();
        site.reportReady();
        site.start();
        return site;
    }

    @AfterAll
    void end() {
        west.close();
        east.close();
        westServer.close();
        eastServer.close();
    }

    private Commands commands() {
        return given.orElseThrow();
    }

    private JsonNode status(String... contexts) {
        int code = commands().run("status", "--context=" + String.join(",", contexts), "-o", "json");
        assertThat(commands().json().path("ready").asBoolean()).isEqualTo(code == 0);
        return commands().json();
    }

    private static JsonNode peer(JsonNode status, String cluster, String peer) {
        for (JsonNode one : status.path("clusters")) {
            if (one.path("name").asText().equals(cluster)) {
                for (JsonNode row : one.path("peers")) {
                    if (row.path("peer").asText().equals(peer)) {
                        return row;
                    }
                }
            }
        }
        return status.path("none");
    }

    @Test
    @Order(1)
    void shouldBeReadyWithoutPeers() {
        int code = commands().run("status", "--context=west,east", "--wait", "--wait-duration=60s", "-o", "json");

        assertThat(code).as(commands().complained() + commands().said()).isZero();
        assertThat(commands().json().path("schema").asInt()).isOne();
        assertThat(commands().json().path("clusters").findValuesAsText("name"))
                .contains("west", "east", "deployment/clustermesh-apiserver", "daemonset/clustermesh-node-sync");
        assertThat(peer(commands().json(), "west", "east").isMissingNode()).isTrue();
    }

    @Test
    @Order(2)
    void shouldShowAPlanThatChangesNothing() {
        assertThat(commands().run("connect", "--context=west", "--destination-context=east", "--plan"))
                .as(commands().complained())
                .isZero();

        assertThat(commands().said())
                .contains(
                        "Secret clustermesh/cilium-clustermesh of west",
                        "+ east",
                        "Secret clustermesh/clustermesh-trust of east",
                        "+ west.crt");
        assertThat(west.secret(Names.PEERS)).isEmpty();
        assertThat(east.secret(Names.TRUST)).isEmpty();
    }

    @Test
    @Order(3)
    void shouldConnectBothWaysAndSayHowFreshThatIs() {
        int code = commands().run("connect", "--context=west", "--destination-context=east", "--wait-duration=60s");
        assertThat(code).as(commands().complained()).isZero();
        assertThat(commands().said()).contains("west reads east", "east reads west");

        JsonNode status = status("west", "east");

        for (JsonNode row : new JsonNode[] {peer(status, "west", "east"), peer(status, "east", "west")}) {
            assertThat(row.path("ready").asBoolean()).isTrue();
            assertThat(row.path("status").path("state").asText()).isEqualTo("READY");
            assertThat(row.path("status").path("age").asText()).startsWith("PT");
            assertThat(row.path("status").path("resources"))
                    .allMatch(it -> it.path("synced").asBoolean());
        }
    }

    @Test
    @Order(4)
    void shouldChangeNothingTheSecondTime() {
        String before = west.kube()
                .secrets()
                .inNamespace("clustermesh")
                .withName(Names.PEERS)
                .get()
                .getMetadata()
                .getResourceVersion();

        assertThat(commands().run("connect", "--context=west", "--destination-context=east"))
                .isZero();

        assertThat(commands().complained()).contains("everything is so already");
        assertThat(west.kube()
                        .secrets()
                        .inNamespace("clustermesh")
                        .withName(Names.PEERS)
                        .get()
                        .getMetadata()
                        .getResourceVersion())
                .isEqualTo(before);
    }

    @Test
    @Order(5)
    void shouldListWhatTheClustersKnowThroughTheirContexts() {
        assertThat(commands().run("events", "--context=west,east")).isZero();
        assertThat(commands().said()).startsWith("CLUSTER");
        assertThat(commands().run("node", "list", "--context=west,east")).isZero();
        assertThat(commands().run("service", "list", "--context=west", "-o", "json"))
                .isZero();
        assertThat(commands().json().path("services").path("west").isArray()).isTrue();
        assertThat(commands().run("identity", "list", "--context=west")).isZero();
        assertThat(commands().run("endpoint", "list", "--context=west")).isZero();
        assertThat(commands().run("service", "show", "shop/none", "--context=west"))
                .isOne();
        assertThat(commands().run("disable", "--context=west")).isOne();
        assertThat(commands().complained()).contains("is connected with [east]", "--force");
    }

    @Test
    @Order(5)
    void shouldGatherABundleWithoutSecrets(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("bundle.tar.gz");

        assertThat(commands().run("gather", "--context=west", "--file=" + file))
                .as(commands().complained())
                .isZero();

        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("west/mesh-apiserver_v1_connections.json", "\"cluster\" : \"east\"")
                    .contains("west/secrets.yaml", "clustermesh-ca:", "clustermesh-apiserver-admin-cert:")
                    .contains("west/deployments.yaml", "kind: \"Deployment\"")
                    .doesNotContain("PRIVATE KEY", "LS0tLS1CRUdJTiBQUklW");
        }
    }

    @Test
    @Order(6)
    void shouldTellTheTruthWhenAPeerDies() {
        east.stop();
        eastServer.down();

        int code = commands().run("status", "--context=west,east", "-o", "json");

        assertThat(code).isOne();
        JsonNode status = commands().json();
        assertThat(status.path("ready").asBoolean()).isFalse();
        assertThat(status.path("problems").toString()).contains("kubernetes-api of context east", "does not answer");
    }

    @Test
    @Order(7)
    void shouldPartFromAClusterThatIsDead() {
        assertThat(commands().run("disconnect", "--context=west", "--destination-context=east"))
                .isOne();
        assertThat(commands().complained()).contains("--peer NAME");

        assertThat(commands().run("disconnect", "--context=west", "--destination-context=east", "--peer=east"))
                .as(commands().complained())
                .isZero();

        assertThat(commands().complained()).contains("warning");
        assertThat(west.secret(Names.PEERS)).isEmpty();
        assertThat(west.secret(Names.TRUST)).isEmpty();
        int code = commands().run("status", "--context=west", "--wait", "--wait-duration=60s", "-o", "json");
        assertThat(code).as(commands().complained()).isZero();
        assertThat(peer(commands().json(), "west", "east").isMissingNode()).isTrue();
    }
}
