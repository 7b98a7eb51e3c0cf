package io.clustermesh.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.apiserver.view.AdminApiDocument;
import io.clustermesh.store.config.ConfigException;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole process over mutual TLS, read by {@code etcdctl} as a peer would. */
class MeshApiserverIT {

    private static final Path ETCDCTL = Path.of("/usr/bin/etcdctl");

    private static final String CART = """
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop, annotations: {service.cilium.io/global: "true"}}
            spec: {clusterIP: 10.103.7.9, ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart-abc, namespace: shop, labels: {kubernetes.io/service-name: cart}}
            addressType: IPv4
            ports: [{name: http, port: 8080}]
            endpoints: [{addresses: [10.3.1.15]}]
            """;

    @TempDir
    Path temp;

    private RunningCluster east;
    private RunningCluster west;

    @BeforeEach
    void makeClusters() throws IOException {
        east = new RunningCluster(temp, "east", 3);
        west = new RunningCluster(temp, "west", 1);
        east.manifest("cart.yaml", CART);
    }

    @AfterEach
    void stop() {
        east.close();
        west.close();
    }

    @Test
    void shouldServeAPeerAndNobodyElse() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(ETCDCTL), "needs etcdctl (etcd-client)");
        east.trust(west);
        east.start();
        await().until(() -> east.get("/readyz").ok());
        String endpoint = east.endpoint();

        Result peer = etcdctl(endpoint, west.leaf("remote"), "get", "--prefix", "cilium/state/services/v1/");
        assertThat(peer.output())
                .contains("cilium/state/services/v1/east/shop/cart")
                .contains("\"10.3.1.15\":{\"http\":{\"Protocol\":\"TCP\",\"Port\":8080}}");
        assertThat(peer.exitCode()).isZero();

        Result ours = etcdctl(endpoint, west.leaf("remote"), "get", "--prefix", "clustermesh/");
        assertThat(ours.exitCode()).isNotZero();
        assertThat(ours.output()).containsIgnoringCase("permission denied");

        Result forged = etcdctl(endpoint, west.leaf("admin"), "get", "--prefix", "cilium/state/");
        assertThat(forged.exitCode()).isNotZero();

        Result local = etcdctl(endpoint, east.leaf("local"), "get", "--prefix", "clustermesh/state/services/v1/east/");
        assertThat(local.output()).contains("\"affinity\":\"none\"");
    }

    @Test
    void shouldShowItselfInTheAdminApi() throws IOException {
        east.manifest(
                "odd.yaml",
                CART.replace("cart", "odd")
                        .replace("10.103.7.9", "10.103.7.8")
                        .replace("{service", "{service.cilium.io/affinity: nearest, service"));
        east.manifest("broken.yaml", "kind: [");
        east.start();
        await().until(() -> east.get("/readyz").ok());
        await().until(() -> east.json("/v1/services").path("items").size() == 2);

        JsonNode status = east.json("/v1/status");
        assertThat(status.at("/cluster/name").asText()).isEqualTo("east");
        assertThat(status.at("/cluster/id").asInt()).isEqualTo(3);
        assertThat(status.at("/ready").asBoolean()).isTrue();
        assertThat(status.at("/source/errors/0/file").asText()).isEqualTo("broken.yaml");
        assertThat(status.at("/publisher/published/sharedServices").asInt()).isEqualTo(2);
        assertThat(status.at("/cache/keys").asInt()).isPositive();

        JsonNode service = east.json("/v1/services").at("/items/0");
        assertThat(service.at("/name").asText()).isEqualTo("shop/cart");
        assertThat(service.at("/frontends/0").asText()).isEqualTo("10.103.7.9");
        assertThat(service.at("/clusters/0/local").asBoolean()).isTrue();
        assertThat(service.at("/clusters/0/backends/0/ip").asText()).isEqualTo("10.3.1.15");

        assertThat(east.get("/v1/events").body()).contains("UnknownAffinity").contains("nearest");
        await().untilAsserted(() -> assertThat(east.get("/metrics").body())
                .as("metrics and status tell the same")
                .containsPattern("clustermesh_apiserver_cache_keys\\{[^}]*} "
                        + east.json("/v1/status").at("/cache/keys").asInt() + "(\\.0)?\n"));

        east.manifest("cart.yaml", CART.replace("10.3.1.15", "10.3.1.16"));
        await().untilAsserted(() -> assertThat(east.get("/v1/hops").body())
                .contains("SOURCE")
                .contains("PUBLISHED")
                .contains("shop/cart"));
    }

    @Test
    void shouldMirrorAPeerAndLetItGo() throws IOException {
        east.start();
        west.start();
        await().until(() -> east.get("/readyz").ok() && west.get("/readyz").ok());

        east.connectTo(west);
        west.connectTo(east);
        await().untilAsserted(() -> assertThat(west.json("/v1/status")
                        .at("/peers/0/connection/connected")
                        .asBoolean())
                .isTrue());
        await().untilAsserted(() -> assertThat(west.json("/v1/services")
                        .at("/items/0/clusters/0/backends/0/ip")
                        .asText())
                .isEqualTo("10.3.1.15"));
        assertThat(west.json("/v1/services").at("/items/0/clusters/0/cluster").asText())
                .isEqualTo("east");
        assertThat(west.get("/metrics").body())
                .containsPattern("clustermesh_apiserver_peer_connected\\{[^}]*peer=\"east\"[^}]*} 1");
        assertThat(west.json("/v1/services").at("/items/0/clusters/0/local").asBoolean())
                .isFalse();

        east.manifest("cart.yaml", CART.replace("10.3.1.15", "10.3.1.16"));
        await().untilAsserted(() -> assertThat(west.json("/v1/services")
                        .at("/items/0/clusters/0/backends/0/ip")
                        .asText())
                .isEqualTo("10.3.1.16"));
        assertThat(west.get("/v1/hops").body()).contains("PEER_RECEIVED").contains("MIRRORED");

        west.disconnectFrom(east);
        await().untilAsserted(() ->
                assertThat(west.json("/v1/services").path("items")).isEmpty());
    }

    @Test
    void shouldAnswerAsItsDocumentSays() throws IOException {
        AdminApiDocument document = new AdminApiDocument();
        east.start();
        west.start();
        east.connectTo(west);
        west.connectTo(east);
        await().until(() -> west.json("/v1/services")
                .at("/items/0/clusters/0/backends/0/ip")
                .isTextual());

        for (String path :
                List.of("/v1/status", "/v1/services", "/v1/clusters", "/v1/connections", "/v1/events", "/v1/hops")) {
            assertThat(document.faults(path, 200, west.json(path))).as(path).isEmpty();
        }
        assertThat(document.faults("/v1/services/{namespace}/{name}", 200, west.json("/v1/services/shop/cart")))
                .isEmpty();
        assertThat(west.json("/v1/connections").at("/items/0/age").asText()).startsWith("PT");
    }

    @Test
    void shouldLetOnlyAdministratorsInFromTheNetworkAndTellAnybodyItsHealth() throws Exception {
        int admin = freePort();
        int health = freePort();
        east.trust(west);
        east.start("admin: {listen: 127.0.0.1:%d}%nhealth: {listen: 127.0.0.1:%d}%n".formatted(admin, health));
        await().until(() -> east.get("/readyz").ok());
        String clusters = "https://127.0.0.1:%d/v1/clusters".formatted(admin);

        assertThat(curl(Optional.of(east.leaf("admin")), clusters)).contains("\"name\":\"east\"");
        assertThat(curl(Optional.of(east.leaf("local")), clusters)).contains("\"status\":403", "admin-<cluster>");
        assertThat(curl(Optional.of(west.leaf("remote")), clusters)).contains("\"status\":403");
        assertThat(curl(Optional.of(west.leaf("admin")), clusters)).contains("\"status\":403", "has no role here");
        assertThat(curl(Optional.empty(), clusters))
                .as("no certificate, no answer")
                .isEmpty();

        String open = "http://127.0.0.1:%d".formatted(health);
        assertThat(curl(Optional.empty(), open + "/readyz")).contains("\"up\":true");
        assertThat(curl(Optional.empty(), open + "/livez")).contains("\"up\":true");
        assertThat(curl(Optional.empty(), open + "/v1/status")).contains("\"status\":404");
        assertThat(curl(Optional.empty(), open + "/metrics")).contains("\"status\":404");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String curl(Optional<TlsFiles> client, String url) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                "curl", "-s", "-m", "10", "--cacert", east.leaf("admin").trust().toString(), url));
        client.ifPresent(leaf -> line.addAll(List.of(
                "--cert", leaf.certificate().toString(), "--key", leaf.key().toString())));
        Process process = new ProcessBuilder(line).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Test
    void shouldReportEveryMistakeOfItsSettings() throws IOException {
        Files.writeString(
                east.home().resolve("cluster.yaml"), "name: East\nid: 700\nendpoint: https://127.0.0.1:2379\n");
        Settings settings = Settings.of(
                east.home().resolve("conf/x.yaml"), "home: %s\napi: {port: 99999}\n".formatted(east.home()));

        assertThatThrownBy(() -> MeshApiserver.start(settings, new Lifecycle("never", Clock.system())))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cluster.yaml: name")
                .hasMessageContaining("cluster.yaml: id")
                .hasMessageContaining("etcd.endpoint")
                .hasMessageContaining("api.port");
    }

    private record Result(int exitCode, String output) {}

    private Result etcdctl(String endpoint, TlsFiles client, String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                ETCDCTL.toString(),
                "--endpoints=" + endpoint,
                "--cacert=" + east.leaf("remote").trust(),
                "--cert=" + client.certificate(),
                "--key=" + client.key(),
                "--command-timeout=5s"));
        line.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().putAll(Map.of("ETCDCTL_API", "3"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), output);
    }
}
