package io.clustermesh.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.kube.testing.KubernetesPrograms;
import io.clustermesh.model.Keys;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A live Cilium as peer: its own KVStoreMesh reads our API with a {@code remote} certificate, beside a mirror of ours. */
class CiliumPeerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CART_ID = (3 << 16) + 300;
    private static final String LABELS =
            "k8s:app=cart;k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop;k8s:io.cilium.k8s.policy.cluster=east;k8s:io.cilium.k8s.policy.serviceaccount=default;k8s:io.kubernetes.pod.namespace=shop;";

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
            endpoints: [{addresses: [10.3.1.15]}, {addresses: [10.3.1.16]}]
            """;

    private static final String OTHERS = """
            apiVersion: v1
            kind: Node
            metadata: {name: worker-1}
            spec: {podCIDRs: [10.3.1.0/24]}
            status: {addresses: [{type: InternalIP, address: 172.18.0.11}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: cart-1, namespace: shop, labels: {app: cart}}
            spec: {nodeName: worker-1}
            status: {phase: Running, podIPs: [{ip: 10.3.1.15}]}
            ---
            apiVersion: multicluster.x-k8s.io/v1beta1
            kind: ServiceExport
            metadata: {name: cart, namespace: shop, creationTimestamp: "2026-05-04T08:00:00Z"}
            """;

    @TempDir
    Path temp;

    private RunningCluster east;
    private RunningCluster west;
    private EtcdServer etcd;
    private CiliumKvstoreMesh cilium;
    private KvStore ofCilium;
    private KvStore ofWest;
    private KvStore ofEast;

    @BeforeEach
    void start() throws IOException {
        Optional<Path> program = KubernetesPrograms.find("kvstoremesh");
        Assumptions.assumeTrue(program.isPresent(), "needs Cilium's kvstoremesh; see build/kubernetes.sh");
        east = new RunningCluster(temp, "east", 3);
        west = new RunningCluster(temp, "west", 1);
        etcd = EtcdServer.start();
        cilium = new CiliumKvstoreMesh(program.get(), temp, "west", 1, etcd.endpoint());
        east.manifest("cart.yaml", CART);
        east.manifest("others.yaml", OTHERS);
        east.trust(west);
        east.start();
        west.start();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> !east.endpoint().isEmpty() && !west.endpoint().isEmpty());
        ofCilium = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
        ofWest =
                EtcdKvStore.connect(EtcdTarget.secure(URI.create(west.endpoint()), west.leaf("admin")), Clock.system());
        ofEast =
                EtcdKvStore.connect(EtcdTarget.secure(URI.create(east.endpoint()), east.leaf("admin")), Clock.system());
        Txn identity = Txn.of(List.of(new Txn.Op.Put( // what the identity-allocator answers
                Keys.IDENTITY_IDS + CART_ID, LABELS.getBytes(StandardCharsets.UTF_8), Optional.empty())));
        await().atMost(PATIENCE).ignoreExceptions().until(() -> ofEast.commit(identity) != null);
        west.connectTo(east);
        TlsFiles remote = west.leaf("remote");
        cilium.connectTo(
                "east", east.endpoint(), new TlsFiles(east.leaf("remote").trust(), remote.certificate(), remote.key()));
    }

    @AfterEach
    void stop() {
        for (AutoCloseable each : new AutoCloseable[] {ofCilium, ofWest, ofEast, cilium, east, west, etcd}) {
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

    /** Keys and values that a mirror of east holds, but for the times in canaries. */
    private static Map<String, String> mirrored(KvStore store) {
        Map<String, String> found = new TreeMap<>();
        store.list(KeyRange.prefix("cilium/cache/"))
                .entries()
                .forEach(entry -> found.put(entry.key(), HexFormat.of().formatHex(entry.value())));
        store.list(KeyRange.prefix("cilium/synced/east/")).entries().forEach(entry -> found.put(entry.key(), "synced"));
        return found;
    }

    private void awaitTheSameMirrors(String... parts) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            Map<String, String> theirs = mirrored(ofCilium);
            for (String part : parts) {
                assertThat(theirs.keySet()).as(cilium.log()).anyMatch(key -> key.contains(part));
            }
            assertThat(mirrored(ofWest)).isEqualTo(theirs);
        });
    }

    @Test
    void shouldBeReadByCiliumAsByOurselves() throws Exception {
        awaitTheSameMirrors(
                "cilium/cache/services/v1/east/shop/cart",
                "cilium/cache/endpointslices/v1/east/shop/",
                "cilium/cache/serviceexports/v1/east/shop/cart",
                "cilium/cache/nodes/v1/east/worker-1",
                "cilium/cache/identities/v1/east/id/" + CART_ID,
                "cilium/cache/ip/v1/east/10.3.1.15",
                "cilium/synced/east/cilium/cache/services/v1");

        JsonNode remote = cilium.remote("east");
        assertThat(remote.path("ready").asBoolean()).as(remote.toPrettyString()).isTrue();
        assertThat(remote.path("connected").asBoolean()).isTrue();
        assertThat(remote.at("/config/retrieved").asBoolean()).isTrue();
        assertThat(remote.at("/config/cluster-id").asInt()).isEqualTo(3);
        assertThat(remote.path("synced").properties())
                .as(remote.toPrettyString())
                .isNotEmpty()
                .allMatch(resource -> resource.getValue().asBoolean());
        assertThat(remote.path("num-nodes").asInt()).isEqualTo(1);
        assertThat(remote.path("num-identities").asInt()).isEqualTo(1);
        assertThat(remote.path("num-endpoints").asInt()).isEqualTo(1);
        assertThat(remote.path("num-failures").asInt()).as(cilium.log()).isZero();
    }

    @Test
    void shouldTellCiliumOfEveryChange() throws Exception {
        awaitTheSameMirrors("cilium/cache/services/v1/east/shop/cart");

        String before = mirrored(ofCilium).get("cilium/cache/services/v1/east/shop/cart");
        east.manifest("cart.yaml", CART.replace("10.3.1.16", "10.3.1.17"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(mirrored(ofCilium))
                        .doesNotContainEntry("cilium/cache/services/v1/east/shop/cart", before));
        awaitTheSameMirrors("cilium/cache/services/v1/east/shop/cart");

        east.manifest("cart.yaml", CART.replace("\"true\"", "\"false\""));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(mirrored(ofCilium).keySet())
                        .noneMatch(key -> key.startsWith("cilium/cache/services/")));
        awaitTheSameMirrors("cilium/cache/nodes/v1/east/worker-1");
        assertThat(cilium.remote("east").path("ready").asBoolean()).isTrue();
    }
}
