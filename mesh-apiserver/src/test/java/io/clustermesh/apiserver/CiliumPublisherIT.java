package io.clustermesh.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.apiserver.source.kubernetes.Cluster;
import io.clustermesh.kube.testing.KubernetesPrograms;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A live Cilium as peer: we read an etcd that Cilium's own clustermesh-apiserver fills from a real API server. */
class CiliumPublisherIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CART_ID = (5 << 16) + 300;

    private static final String OBJECTS = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop, annotations: {service.cilium.io/global: "true"}}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: cilium.io/v2
            kind: CiliumNode
            metadata: {name: worker-1, labels: {topology.kubernetes.io/zone: a}}
            spec:
              addresses: [{ip: 172.18.0.51, type: InternalIP}, {ip: 10.5.1.10, type: CiliumInternalIP}]
              bootid: 0e7c9a54-8a61-4d7c-9d0f-6f3a4ad1b6a1
              health: {ipv4: 10.5.1.11}
              ipam: {podCIDRs: [10.5.1.0/24]}
            ---
            apiVersion: cilium.io/v2
            kind: CiliumIdentity
            metadata: {name: "%1$d"}
            security-labels: {"k8s:app": cart, "k8s:io.kubernetes.pod.namespace": shop, "k8s:io.cilium.k8s.policy.cluster": cilium}
            ---
            apiVersion: cilium.io/v2
            kind: CiliumEndpoint
            metadata: {name: cart-1, namespace: shop}
            status:
              id: 7
              identity: {id: %1$d, labels: ["k8s:app=cart"]}
              networking: {addressing: [{ipv4: 10.5.1.15}], node: 172.18.0.51}
              state: ready
            """.formatted(CART_ID);

    private static final String SLICE = """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart-abc, namespace: shop, labels: {kubernetes.io/service-name: cart}}
            addressType: IPv4
            ports: [{name: http, port: 8080, protocol: TCP}]
            endpoints: [{addresses: [10.5.1.15], conditions: {ready: true}}]
            """;

    @TempDir
    Path temp;

    private Cluster kubernetes;
    private RunningCluster theirs;
    private RunningCluster west;
    private CiliumProcess cilium;
    private KvStore ofCilium;
    private KvStore ofWest;

    @BeforeEach
    void start() throws IOException {
        Optional<Path> program = KubernetesPrograms.find("clustermesh-apiserver");
        Assumptions.assumeTrue(program.isPresent(), "needs Cilium's clustermesh-apiserver; see build/kubernetes.sh");
        kubernetes = Cluster.start("cilium");
        Cluster.CILIUM.forEach(kubernetes::define);
        kubernetes.create(OBJECTS);
        kubernetes.create(SLICE);
        theirs = new RunningCluster(temp, "cilium", 5); // of it only the certificates and the etcd
        west = new RunningCluster(temp, "west", 1);
        west.start();
        TlsFiles admin = theirs.leaf("admin");
        Path config = Files.writeString(temp.resolve("etcd-config.yaml"), """
                endpoints: ["%s"]
                trusted-ca-file: %s
                cert-file: %s
                key-file: %s
                """.formatted(
                        theirs.etcd(), admin.trust(), admin.certificate(), admin.key()));
        cilium = new CiliumProcess(
                program.get(),
                temp.resolve("clustermesh-apiserver.log"),
                List.of(
                        "--cluster-name=cilium",
                        "--cluster-id=5",
                        "--k8s-kubeconfig-path=" + kubernetes.server().kubeconfig(),
                        "--kvstore-opt=etcd.config=" + config));
        ofCilium = EtcdKvStore.connect(EtcdTarget.secure(theirs.etcd(), admin), Clock.system());
        await().atMost(PATIENCE).ignoreExceptions().until(() -> !west.endpoint().isEmpty());
        ofWest =
                EtcdKvStore.connect(EtcdTarget.secure(URI.create(west.endpoint()), west.leaf("admin")), Clock.system());
        west.readFrom("cilium", theirs.etcd().toString(), theirs.leaf("remote"));
    }

    @AfterEach
    void stop() {
        for (AutoCloseable each : new AutoCloseable[] {ofCilium, ofWest, cilium, west, theirs, kubernetes}) {
            close(each);
        }
    }

    private static void close(AutoCloseable each) {
        try {
            if (each != null) {
                each.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("could not end " + each, e);
        }
    }

    private static Map<String, String> entries(KvStore store, String prefix) {
        Map<String, String> found = new TreeMap<>();
        store.list(KeyRange.prefix(prefix))
                .entries()
                .forEach(entry -> found.put(entry.key(), new String(entry.value(), StandardCharsets.UTF_8)));
        return found;
    }

    /** What Cilium published, under the keys that a mirror gives it. */
    private Map<String, String> published() {
        Map<String, String> found = new TreeMap<>();
        entries(ofCilium, "cilium/state/")
                .forEach((key, value) -> found.put(
                        key.replace("cilium/state/", "cilium/cache/")
                                .replace("/identities/v1/id/", "/identities/v1/cilium/id/")
                                .replace("/ip/v1/default/", "/ip/v1/cilium/"),
                        value));
        return found;
    }

    /** What we say of it. */
    private JsonNode peer() {
        for (JsonNode peer : west.json("/v1/status").path("peers")) {
            if (peer.path("cluster").asText().equals("cilium")) {
                return peer;
            }
        }
        throw new AssertionError("no such peer: " + west.json("/v1/status").path("peers"));
    }

    private void awaitMirrorOf(String... keys) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            assertThat(published()).as(cilium.log()).containsKeys(keys);
            assertThat(entries(ofWest, "cilium/cache/"))
                    .as(west.json("/v1/events").toPrettyString())
                    .isEqualTo(published());
        });
    }

    @Test
    void shouldMirrorWhatCiliumPublishes() {
        awaitMirrorOf(
                "cilium/cache/services/v1/cilium/shop/cart",
                "cilium/cache/nodes/v1/cilium/worker-1",
                "cilium/cache/identities/v1/cilium/id/" + CART_ID,
                "cilium/cache/ip/v1/cilium/10.5.1.15");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(peer().path("state").asText()).isEqualTo("READY"));
        assertThat(peer().at("/connection/failures").asInt()).isZero();
        assertThat(peer().path("resources"))
                .isNotEmpty()
                .allMatch(it ->
                        it.path("synced").asBoolean() && it.path("refusedCount").asInt() == 0);
        JsonNode cart = west.json("/v1/services").at("/items/0");
        assertThat(cart.at("/clusters/0/cluster").asText())
                .as(cart.toPrettyString())
                .isEqualTo("cilium");
        assertThat(cart.at("/clusters/0/backends/0/ip").asText()).isEqualTo("10.5.1.15");
    }

    @Test
    void shouldFollowCiliumsChanges() {
        awaitMirrorOf("cilium/cache/services/v1/cilium/shop/cart", "cilium/cache/ip/v1/cilium/10.5.1.15");

        kubernetes.replace(SLICE.replace("10.5.1.15", "10.5.1.16"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(entries(ofWest, "cilium/cache/services/")
                                .get("cilium/cache/services/v1/cilium/shop/cart"))
                        .contains("10.5.1.16")
                        .doesNotContain("10.5.1.15"));
        kubernetes.delete("""
                apiVersion: cilium.io/v2
                kind: CiliumEndpoint
                metadata: {name: cart-1, namespace: shop}
                """);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(entries(ofWest, "cilium/cache/ip/")).isEmpty());
        awaitMirrorOf("cilium/cache/services/v1/cilium/shop/cart");
    }
}
