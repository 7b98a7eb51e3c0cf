package io.clustermesh.apiserver.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.source.kubernetes.Cluster;
import io.clustermesh.apiserver.source.kubernetes.KubernetesSource;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.testing.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Objects of a real Kubernetes API in, keys of a real etcd out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubernetesPublisherIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String NODE_KEY = "cilium/state/nodes/v1/east/worker-1";
    private static final String SERVICE_KEY = "cilium/state/services/v1/east/shop/cart";
    private static final String MESH_KEY = "clustermesh/state/services/v1/east/shop/cart";
    private static final String SLICE_KEY = "cilium/state/endpointslices/v1/east/shop/cart-abc";
    private static final String EXPORT_KEY = "cilium/state/serviceexports/v1/east/shop/cart";
    private static final String IP_KEY = "cilium/state/ip/v1/default/10.3.1.15";
    private static final String NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop%s}\n";
    private static final String SERVICE = Samples.SERVICE.replace("clusterIP: 10.103.7.9", "clusterIP: 10.96.7.9");
    private static final String POD = Samples.POD
            .replace("{name: c, ports", "{name: c, image: none, ports")
            .replace("status: {phase: Running,", "status: {phase: Running, podIP: 10.3.1.15,");
    private static final String EXPORT = """
            apiVersion: multicluster.x-k8s.io/v1alpha1
            kind: ServiceExport
            metadata: {name: cart, namespace: shop}
            """;

    private final Clock clock = Clock.system();
    private final Cluster cluster = Cluster.start("east");
    private EtcdServer etcd;
    private KvStore store;
    private EventLog events = new EventLog(clock, 100);
    private Lifecycle lifecycle = new Lifecycle("test", clock);

    @BeforeEach
    void begin() {
        etcd = EtcdServer.start();
        events = new EventLog(clock, 100);
        lifecycle = new Lifecycle("test", clock);
        store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), clock);
    }

    @AfterEach
    void stop() {
        lifecycle.close();
        store.close();
        etcd.close();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void shouldPublishEveryKindFromItsCreationToItsEnd() {
        cluster.define(Cluster.SERVICE_EXPORTS);
        Publisher publisher = start();
        await().atMost(LONG).until(() -> publisher.status().synced());
        cluster.create(NAMESPACE.formatted(""));

        cluster.create(Samples.NODE);
        await().atMost(LONG).until(() -> keys().contains(NODE_KEY));
        cluster.create(SERVICE);
        await().atMost(LONG).until(() -> keys().containsAll(List.of(SERVICE_KEY, MESH_KEY)));
        cluster.create(Samples.SLICE);
        await().atMost(LONG)
                .until(() -> keys().contains(SLICE_KEY) && text(SERVICE_KEY).contains("10.3.1.15"));
        cluster.create(EXPORT);
        await().atMost(LONG).until(() -> keys().contains(EXPORT_KEY));
        cluster.create(POD);
        await().atMost(LONG).until(() -> !labelSets().isEmpty());
        allocate(text(labelSets().getFirst()), 201234);
        await().atMost(LONG).until(() -> keys().contains(IP_KEY));
        assertThat(text(IP_KEY)).contains("201234", "172.18.0.11", "cart-6d5-x1");

        cluster.replace(NAMESPACE.formatted(", annotations: {clustermesh.cilium.io/global: \"false\"}"));
        await("a namespace that leaves the mesh")
                .atMost(LONG)
                .until(() -> keys().stream().noneMatch(key -> key.contains("/shop/") || key.equals(IP_KEY)));
        cluster.replace(NAMESPACE.formatted(", annotations: {clustermesh.cilium.io/global: \"true\"}"));
        await("and comes back")
                .atMost(LONG)
                .until(() -> keys().containsAll(List.of(SERVICE_KEY, SLICE_KEY, EXPORT_KEY, IP_KEY)));

        cluster.delete(POD);
        await().atMost(LONG).until(() -> !keys().contains(IP_KEY) && labelSets().isEmpty());
        cluster.delete(EXPORT);
        await().atMost(LONG).until(() -> !keys().contains(EXPORT_KEY));
        cluster.delete(Samples.SLICE);
        await().atMost(LONG)
                .until(() -> !keys().contains(SLICE_KEY) && !text(SERVICE_KEY).contains("10.3.1.15"));
        cluster.delete(SERVICE);
        await().atMost(LONG).until(() -> !keys().contains(SERVICE_KEY) && !keys().contains(MESH_KEY));
        cluster.delete(Samples.NODE);
        await().atMost(LONG).until(() -> !keys().contains(NODE_KEY));
        cluster.delete(Cluster.SERVICE_EXPORTS);
        assertThat(events.events()).isEmpty();
    }

    @Test
    void shouldPublishWhatDoesWithoutTheKindThatIsDenied() {
        cluster.create("""
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: podless, namespace: default}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: podless}
                rules:
                  - {apiGroups: [""], resources: [services, namespaces, nodes], verbs: [list, watch]}
                  - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: podless}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: podless}
                subjects: [{kind: ServiceAccount, name: podless, namespace: default}]
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: other}
                """);
        cluster.create(SERVICE.replace("namespace: shop", "namespace: other").replace("10.96.7.9", "10.96.7.10"));

        Publisher publisher = start(Optional.of("podless"));

        await().atMost(LONG)
                .until(() -> keys().containsAll(Set.of(
                        "cilium/state/services/v1/east/other/cart",
                        "cilium/synced/east/cilium/state/services/v1",
                        "cilium/synced/east/cilium/state/nodes/v1")));
        assertThat(keys())
                .doesNotContain(
                        "cilium/synced/east/cilium/state/ip/v1", "cilium/synced/east/cilium/state/identities/v1");
        assertThat(publisher.status().synced()).isFalse();
        assertThat(events.events())
                .anyMatch(event ->
                        event.warning().message().contains("resources: [\"pods\"], verbs: [\"list\", \"watch\"]"));
    }

    @Test
    void shouldPublishWhatCiliumSaysOfItsPodsAndNodes() {
        Cluster.CILIUM.forEach(cluster::define);
        Publisher publisher = start();
        await().atMost(LONG).until(() -> publisher.status().synced());
        cluster.create("apiVersion: v1\nkind: Namespace\nmetadata: {name: blue}\n");
        String labels = "k8s:app=cart;k8s:io.cilium.k8s.policy.cluster=east;k8s:io.kubernetes.pod.namespace=blue;";
        String identity = """
                apiVersion: cilium.io/v2
                kind: CiliumIdentity
                metadata: {name: "%s"}
                security-labels:
                  "k8s:app": cart
                  "k8s:io.cilium.k8s.policy.cluster": %s
                  "k8s:io.kubernetes.pod.namespace": blue
                """;
        cluster.create(identity.formatted("200001", "east"));
        cluster.create(identity.formatted("200002", "elsewhere"));
        cluster.create("""
                apiVersion: cilium.io/v2
                kind: CiliumNode
                metadata: {name: worker-9}
                spec:
                  addresses: [{type: InternalIP, ip: 172.18.0.19}, {type: CiliumInternalIP, ip: 10.3.9.1}]
                  ipam: {podCIDRs: [10.3.9.0/24]}
                """);
        cluster.create(POD.replace("namespace: shop", "namespace: blue").replace("worker-1", "worker-9"));
        String endpoint = """
                apiVersion: cilium.io/v2
                kind: CiliumEndpoint
                metadata: {name: cart-6d5-x1, namespace: blue}
                status:
                  identity: {id: 200001}
                  networking: {addressing: [{ipv4: 10.3.9.15}], node: 172.18.0.19}
                  named-ports: [{name: http, port: 8080, protocol: TCP}]
                """;
        cluster.create(endpoint);

        String ip = "cilium/state/ip/v1/default/10.3.9.15";
        await().atMost(LONG).until(() -> keys().contains(ip));
        assertThat(text(ip)).contains("\"ID\":200001", "172.18.0.19", "cart-6d5-x1", "8080");
        await().atMost(LONG)
                .until(() -> text("cilium/state/identities/v1/id/200001").equals(labels));
        await().atMost(LONG)
                .until(() -> text("cilium/state/nodes/v1/east/worker-9").contains("CiliumInternalIP"));
        assertThat(keys()).doesNotContain("cilium/state/identities/v1/id/200002");
        assertThat(labelSets()).as("what would ask our own allocator").isEmpty();
        assertThat(events.events()).anyMatch(event -> event.warning().reason().equals("ForeignIdentity"));

        cluster.delete(endpoint);
        await().atMost(LONG).until(() -> !keys().contains(ip));
        cluster.delete(identity.formatted("200001", "east"));
        await().atMost(LONG).until(() -> !keys().contains("cilium/state/identities/v1/id/200001"));
        Cluster.CILIUM.forEach(cluster::delete);
        await("a node that only Cilium knew")
                .atMost(LONG)
                .until(() -> !keys().contains("cilium/state/nodes/v1/east/worker-9"));
        await("Cilium gone, our allocator is asked")
                .atMost(LONG)
                .until(() -> labelSets().size() == 1);
        cluster.delete(POD.replace("namespace: shop", "namespace: blue"));
    }

    private Publisher start() {
        return start(Optional.empty());
    }

    private Publisher start(Optional<String> serviceAccount) {
        Leadership leadership = lifecycle.own(
                "leadership", Leadership.start(Leadership.Options.of("test", Duration.ofSeconds(5)), store, clock));
        KubernetesSource source = new KubernetesSource(
                lifecycle.own(
                        "connection", serviceAccount.map(cluster::connectionOf).orElseGet(cluster::connection)),
                clock);
        OwnCluster east = new OwnCluster(new ClusterName("east"), new ClusterId(3), MeshSize.CLUSTERS_255, List.of());
        return Publisher.start(east, source, store, leadership, events, new HopTrace(clock, 100), lifecycle);
    }

    private Set<String> keys() {
        Set<String> keys = new TreeSet<>();
        for (String prefix : List.of("cilium/", "clustermesh/")) {
            store.list(KeyRange.prefix(prefix)).entries().forEach(entry -> keys.add(entry.key()));
        }
        return keys;
    }

    private List<String> labelSets() {
        return store.list(KeyRange.prefix(Keys.labelSets(new ClusterName("east")))).entries().stream()
                .map(KeyValue::key)
                .toList();
    }

    private String text(String key) {
        return store.get(key).map(KeyValue::text).orElse("");
    }

    private void allocate(String labels, int identity) {
        store.commit(new Txn(
                List.of(),
                List.of(new Txn.Op.Put(
                        "cilium/state/identities/v1/id/" + identity,
                        labels.getBytes(StandardCharsets.UTF_8),
                        Optional.empty()))));
    }
}
