package io.clustermesh.apiserver.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.source.ManifestFolder;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.HopTrace.Hop;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.testing.EtcdServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests in, keys out, through a real etcd. */
class PublisherIT {

    private static final String CONFIG_KEY = "cilium/cluster-config/east";
    private static final String CART_KEY = "cilium/state/services/v1/east/shop/cart";
    private static final String CART_LABELS =
            "k8s:app=cart;k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop;k8s:io.cilium.k8s.policy.cluster=east;k8s:io.cilium.k8s.policy.serviceaccount=cart;k8s:io.kubernetes.pod.namespace=shop;";
    private static final List<String> OBJECT_CANARIES = List.of(
            "cilium/synced/east/cilium/state/nodes/v1",
            "cilium/synced/east/cilium/state/services/v1",
            "cilium/synced/east/cilium/state/endpointslices/v1",
            "cilium/synced/east/cilium/state/serviceexports/v1");
    private static final List<String> ADDRESS_CANARIES =
            List.of("cilium/synced/east/cilium/state/identities/v1", "cilium/synced/east/cilium/state/ip/v1");

    @TempDir
    Path folder;

    private final Clock clock = Clock.system();
    private final EventLog events = new EventLog(clock, 100);
    private final HopTrace hops = new HopTrace(clock, 100);
    private EtcdServer etcd;
    private KvStore store;
    private Lifecycle lifecycle = new Lifecycle("test", clock);

    @BeforeEach
    void startEtcd() {
        etcd = EtcdServer.start();
        store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), clock);
    }

    @AfterEach
    void stop() {
        lifecycle.close();
        store.close();
        etcd.close();
    }

    @Test
    void shouldPublishEverythingAndTheCanariesLast() throws IOException {
        write("node", Samples.NODE);
        write("cart", Samples.CART);
        write("pod", Samples.POD);
        Publisher publisher = start();
        await().until(() -> keys().keySet().containsAll(OBJECT_CANARIES));
        assertThat(keys()).doesNotContainKeys(ADDRESS_CANARIES.toArray(String[]::new));
        assertThat(publisher.status().synced()).isFalse();

        allocate(CART_LABELS, 201234);
        await().until(() -> publisher.status().synced());

        Map<String, KeyValue> keys = keys();
        assertThat(keys)
                .containsOnlyKeys(
                        "cilium/.heartbeat",
                        CONFIG_KEY,
                        "cilium/state/nodes/v1/east/worker-1",
                        CART_KEY,
                        "cilium/state/endpointslices/v1/east/shop/cart-abc",
                        "clustermesh/state/services/v1/east/shop/cart",
                        "clustermesh/state/labels/v1/east/" + PodTable.sha256(CART_LABELS),
                        "cilium/state/identities/v1/id/201234",
                        "cilium/state/ip/v1/default/10.3.1.15",
                        OBJECT_CANARIES.get(0),
                        OBJECT_CANARIES.get(1),
                        OBJECT_CANARIES.get(2),
                        OBJECT_CANARIES.get(3),
                        ADDRESS_CANARIES.get(0),
                        ADDRESS_CANARIES.get(1));
        assertThat(text(CONFIG_KEY))
                .isEqualTo(
                        "{\"id\":3,\"capabilities\":{\"syncedCanaries\":true,\"maxConnectedClusters\":255,\"serviceExportsEnabled\":true,\"endpointSlicesExportMode\":\"services-and-endpointslices\"}}");
        assertThat(created(CART_KEY))
                .as("both records of a service at one revision")
                .isEqualTo(created("clustermesh/state/services/v1/east/shop/cart"));
        assertThat(created(ADDRESS_CANARIES.get(1))).isGreaterThan(created("cilium/state/ip/v1/default/10.3.1.15"));
        assertThat(created(OBJECT_CANARIES.get(1))).isGreaterThan(created(CART_KEY));
        keys.remove("cilium/state/identities/v1/id/201234");
        assertThat(keys.values()).allMatch(entry -> entry.leaseId() != 0);
        assertThat(events.events()).isEmpty();
    }

    @Test
    void shouldFollowChangesAndRemovals() throws IOException {
        write("cart", Samples.CART);
        start();
        await().until(() -> keys().containsKey(CART_KEY));

        write("cart", Samples.CART.replace("10.3.2.4", "10.3.2.99"));
        await().until(() -> text(CART_KEY).contains("10.3.2.99"));
        await().untilAsserted(() -> assertThat(hops.entries())
                .extracting(HopTrace.Entry::hop, HopTrace.Entry::subject)
                .endsWith(tuple(Hop.SOURCE, "shop/cart"), tuple(Hop.PUBLISHED, "shop/cart")));

        Files.delete(folder.resolve("cart.yaml"));
        await().until(() -> !keys().containsKey(CART_KEY));
        assertThat(keys()).doesNotContainKey("clustermesh/state/services/v1/east/shop/cart");
    }

    @Test
    void shouldWriteItsConfigAgainWhenSomebodyElseDoes() throws IOException {
        write("cart", Samples.CART);
        start();
        await().until(() -> keys().containsKey(CONFIG_KEY));
        String mine = text(CONFIG_KEY);

        put(CONFIG_KEY, "{\"id\":7}");
        await().until(() -> text(CONFIG_KEY).equals(mine));

        store.commit(Txn.of(List.of(new Txn.Op.Delete(CONFIG_KEY))));
        await().until(() -> keys().containsKey(CONFIG_KEY));
    }

    @Test
    void shouldTakeOverWhatAnEarlierRunLeft() throws IOException {
        write("cart", Samples.CART);
        write("other", Samples.CART.replace("cart", "other").replace("10.103.7.9", "10.103.7.8"));
        Publisher first = start();
        await().until(() -> first.status().synced());
        KeyValue.Version before = entry(CART_KEY).version();
        lifecycle.close();
        Files.delete(folder.resolve("other.yaml"));

        lifecycle = new Lifecycle("again", clock);
        Publisher second = start();
        await().until(() -> second.status().synced());

        assertThat(entry(CART_KEY).version()).isEqualTo(before);
        assertThat(keys()).doesNotContainKey("cilium/state/services/v1/east/shop/other");
    }

    @Test
    void shouldGoOnWhereAFileGoesWrong() throws IOException {
        write("cart", Samples.CART);
        Publisher publisher = start();
        await().until(() -> publisher.status().synced());

        write("cart", "kind: [");
        write("other", Samples.CART.replace("cart", "other").replace("10.103.7.9", "10.103.7.8"));

        await().until(() -> keys().containsKey("cilium/state/services/v1/east/shop/other"));
        assertThat(keys()).containsKey(CART_KEY);
        assertThat(events.events())
                .singleElement()
                .satisfies(event -> assertThat(event.warning().message()).contains("cart.yaml, document 1"));
    }

    @Test
    void shouldHandOverToAnotherReplicaThatWritesNothingAgain() throws IOException {
        write("node", Samples.NODE);
        write("cart", Samples.CART);
        Publisher first = start();
        await().atMost(Duration.ofSeconds(40))
                .until(() -> first.status().lead().ours() && keys().containsKey(CART_KEY));
        try (Lifecycle other = new Lifecycle("test-b", clock)) {
            Publisher second = start("b", other);
            await().until(() -> second.status().lead().replica().equals(Optional.of("a")));
            assertThat(second.status().lead().ours()).isFalse();
            KeyValue before = entry(CART_KEY);

            lifecycle.close();

            await().until(() -> second.status().lead().ours());
            write("cart", Samples.CART.replace("8080", "8081"));
            await().untilAsserted(() -> assertThat(entry(CART_KEY).version().modified())
                    .isGreaterThan(before.version().modified()));
            assertThat(entry(CART_KEY).version().created())
                    .isEqualTo(before.version().created());
            assertThat(entry(CART_KEY).leaseId()).isEqualTo(before.leaseId());
            assertThat(entry(CONFIG_KEY).version().count()).isEqualTo(1);
        }
    }

    private Publisher start() {
        return start("a", lifecycle);
    }

    private Publisher start(String replica, Lifecycle owner) {
        OwnCluster east = new OwnCluster(new ClusterName("east"), new ClusterId(3), MeshSize.CLUSTERS_255, List.of());
        Leadership leadership = owner.own(
                "leadership", Leadership.start(Leadership.Options.of(replica, Duration.ofSeconds(2)), store, clock));
        return Publisher.start(east, new ManifestFolder(folder, clock), store, leadership, events, hops, owner);
    }

    /** What the identity-allocator does, without its protocol. */
    private void allocate(String labels, int identity) {
        put("cilium/state/identities/v1/id/" + identity, labels);
    }

    private void put(String key, String value) {
        store.commit(Txn.of(List.of(new Txn.Op.Put(key, value.getBytes(StandardCharsets.UTF_8), Optional.empty()))));
    }

    /** The entry of {@code key}, with empty text if there is none. */
    private KeyValue entry(String key) {
        return store.get(key)
                .orElseGet(
                        () -> new KeyValue(key, new byte[0], new KeyValue.Version(Revision.NONE, Revision.NONE, 0), 0));
    }

    private String text(String key) {
        return entry(key).text();
    }

    private Revision created(String key) {
        return entry(key).version().created();
    }

    private Map<String, KeyValue> keys() {
        Map<String, KeyValue> keys = new TreeMap<>();
        for (String prefix : List.of("cilium/", "clustermesh/")) {
            store.list(KeyRange.prefix(prefix)).entries().forEach(entry -> keys.put(entry.key(), entry));
        }
        keys.keySet().removeIf(key -> key.startsWith("clustermesh/leader/"));
        return keys;
    }

    private void write(String name, String text) throws IOException {
        Path draft = folder.resolve(".draft");
        Files.writeString(draft, text);
        Files.move(draft, folder.resolve(name + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
    }
}
