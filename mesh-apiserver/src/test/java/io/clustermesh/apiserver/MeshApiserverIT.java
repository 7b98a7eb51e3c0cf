package io.clustermesh.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.config.ConfigException;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole process over mutual TLS, read by {@code etcdctl} as a peer would. */
class MeshApiserverIT {

    private static final ClusterName EAST = new ClusterName("east");
    private static final ClusterName WEST = new ClusterName("west");
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

    private final Clock clock = Clock.system();
    private final Lifecycle lifecycle = new Lifecycle("mesh-apiserver", clock);
    private Path east;
    private EtcdServer etcd;

    @BeforeEach
    void startEtcd() throws IOException {
        east = home(EAST);
        Files.writeString(
                east.resolve("cluster.yaml"),
                "name: east\nid: 3\nmeshSize: 255\npodCidrs: [10.3.0.0/16]\nserviceCidrs: [10.103.0.0/16]\nendpoint: https://127.0.0.1:2379\n");
        Files.writeString(east.resolve("manifests/cart.yaml"), CART);
        etcd = EtcdServer.start(leaf(east, "etcd-server"));
    }

    @AfterEach
    void stop() {
        lifecycle.close();
        etcd.close();
    }

    @Test
    void shouldServeAPeerAndNobodyElse() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(ETCDCTL), "needs etcdctl (etcd-client)");
        Path west = home(WEST);
        Files.copy(west.resolve("pki/ca.crt"), east.resolve("trust/west.crt"));
        MeshApiserver.start(settings(), lifecycle);
        await().until(() -> get("/readyz").ok());
        String endpoint =
                "https://" + json("/v1/status").at("/api/listening").asText().replace("0.0.0.0", "127.0.0.1");

        Result peer = etcdctl(endpoint, leaf(west, "remote"), "get", "--prefix", "cilium/state/services/v1/");
        assertThat(peer.output())
                .contains("cilium/state/services/v1/east/shop/cart")
                .contains("\"10.3.1.15\":{\"http\":{\"Protocol\":\"TCP\",\"Port\":8080}}");
        assertThat(peer.exitCode()).isZero();

        Result ours = etcdctl(endpoint, leaf(west, "remote"), "get", "--prefix", "clustermesh/");
        assertThat(ours.exitCode()).isNotZero();
        assertThat(ours.output()).containsIgnoringCase("permission denied");

        Result forged = etcdctl(endpoint, leaf(west, "admin"), "get", "--prefix", "cilium/state/");
        assertThat(forged.exitCode()).isNotZero();

        Result local = etcdctl(endpoint, leaf(east, "local"), "get", "--prefix", "clustermesh/state/services/v1/east/");
        assertThat(local.output()).contains("\"affinity\":\"none\"");
    }

    @Test
    void shouldShowItselfInTheAdminApi() throws IOException {
        Files.writeString(
                east.resolve("manifests/odd.yaml"),
                CART.replace("cart", "odd")
                        .replace("10.103.7.9", "10.103.7.8")
                        .replace("{service", "{service.cilium.io/affinity: nearest, service"));
        Files.writeString(east.resolve("manifests/broken.yaml"), "kind: [");
        MeshApiserver.start(settings(), lifecycle);
        await().until(() -> get("/readyz").ok());
        await().until(() -> json("/v1/services").size() == 2);

        JsonNode status = json("/v1/status");
        assertThat(status.at("/cluster/name").asText()).isEqualTo("east");
        assertThat(status.at("/cluster/id").asInt()).isEqualTo(3);
        assertThat(status.at("/ready").asBoolean()).isTrue();
        assertThat(status.at("/source/errors/0/file").asText()).isEqualTo("broken.yaml");
        assertThat(status.at("/publisher/published/sharedServices").asInt()).isEqualTo(2);
        assertThat(status.at("/cache/keys").asInt()).isPositive();

        JsonNode service = json("/v1/services").get(0);
        assertThat(service.at("/name").asText()).isEqualTo("shop/cart");
        assertThat(service.at("/frontends/0").asText()).isEqualTo("10.103.7.9");
        assertThat(service.at("/clusters/0/local").asBoolean()).isTrue();
        assertThat(service.at("/clusters/0/backends/0/ip").asText()).isEqualTo("10.3.1.15");

        assertThat(get("/v1/events").body()).contains("UnknownAffinity").contains("nearest");
        assertThat(get("/metrics").ok()).isTrue();

        Files.writeString(east.resolve("manifests/cart.yaml"), CART.replace("10.3.1.15", "10.3.1.16"));
        await().untilAsserted(() -> assertThat(get("/v1/hops").body())
                .contains("SOURCE")
                .contains("PUBLISHED")
                .contains("shop/cart"));
    }

    @Test
    void shouldReportEveryMistakeOfItsSettings() throws IOException {
        Files.writeString(east.resolve("cluster.yaml"), "name: East\nid: 700\nendpoint: https://127.0.0.1:2379\n");
        Settings settings = Settings.of(east.resolve("conf/x.yaml"), "home: %s\napi: {port: 99999}\n".formatted(east));

        assertThatThrownBy(() -> MeshApiserver.start(settings, lifecycle))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cluster.yaml: name")
                .hasMessageContaining("cluster.yaml: id")
                .hasMessageContaining("etcd.endpoint")
                .hasMessageContaining("api.port");
    }

    private Settings settings() {
        return Settings.of(east.resolve("conf/mesh-apiserver.yaml"), """
                home: %s
                etcd:
                  endpoint: %s
                  trust: ../pki/ca.crt
                  certificate: ../pki/admin.crt
                  key: ../pki/admin.key
                api: {port: 0}
                """.formatted(east, etcd.endpoint()));
    }

    private Path home(ClusterName name) throws IOException {
        Path home = temp.resolve(name.value());
        for (String folder : List.of("manifests", "trust", "peers", "run", "conf")) {
            Files.createDirectories(home.resolve(folder));
        }
        ClusterPki.issueAll(home, name, AlternativeNames.LOOPBACK, clock);
        return home;
    }

    private static TlsFiles leaf(Path home, String name) {
        Path pki = home.resolve("pki");
        return new TlsFiles(pki.resolve("ca.crt"), pki.resolve(name + ".crt"), pki.resolve(name + ".key"));
    }

    private AdminClient.Answer get(String path) {
        return AdminClient.get(east.resolve("run/mesh-apiserver.sock"), path);
    }

    private JsonNode json(String path) throws IOException {
        return AdminJson.mapper().readTree(get(path).body());
    }

    private record Result(int exitCode, String output) {}

    private Result etcdctl(String endpoint, TlsFiles client, String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                ETCDCTL.toString(),
                "--endpoints=" + endpoint,
                "--cacert=" + east.resolve("pki/ca.crt"),
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
