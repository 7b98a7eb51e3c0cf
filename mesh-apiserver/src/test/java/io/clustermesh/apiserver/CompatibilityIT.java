package io.clustermesh.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterConfig.Capabilities;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.model.codec.IpCodec;
import io.clustermesh.model.codec.NodeCodec;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The compatibility checklist for a service that stands in for a Cilium 1.16 to 1.20 clustermesh-apiserver, item by
 * item, as a peer with the certificate {@code remote} sees it.
 */
class CompatibilityIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CART_ID = (3 << 16) + 300;
    private static final String LABELS =
            "k8s:app=cart;k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop;k8s:io.cilium.k8s.policy.cluster=east;k8s:io.cilium.k8s.policy.serviceaccount=default;k8s:io.kubernetes.pod.namespace=shop;";

    private static final String OBJECTS = """
        apiVersion: v1
        kind: Node
        metadata: {name: worker-1}
        spec: {podCIDRs: [10.3.1.0/24]}
        status: {addresses: [{type: InternalIP, address: 172.18.0.11}]}
        ---
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
        endpoints:
        - {addresses: [10.3.1.15]}
        - {addresses: [10.3.1.16], conditions: {ready: false, serving: true, terminating: true}}
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
    private KvStore peer;
    private KvStore admin;

    @BeforeEach
    void start() throws IOException {
        east = new RunningCluster(temp, "east", 3);
        west = new RunningCluster(temp, "west", 1);
        east.manifest("all.yaml", OBJECTS);
        east.trust(west);
        east.start();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> !east.endpoint().isEmpty());
        URI endpoint = URI.create(east.endpoint());
        peer = EtcdKvStore.connect(
                EtcdTarget.secure(
                        endpoint,
                        new io.clustermesh.store.tls.TlsFiles(
                                east.leaf("remote").trust(),
                                west.leaf("remote").certificate(),
                                west.leaf("remote").key())),
                Clock.system());
        admin = EtcdKvStore.connect(EtcdTarget.secure(endpoint, east.leaf("admin")), Clock.system());
        // what the identity-allocator answers
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> admin.commit(Txn.of(List.of(new Txn.Op.Put(
                                Keys.IDENTITY_IDS + CART_ID,
                                LABELS.getBytes(StandardCharsets.UTF_8),
                                Optional.empty()))))
                        != null);
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> peer.get(canary(Resource.IPS)).isPresent() && canaries() == Resource.values().length);
    }

    @AfterEach
    void stop() {
        peer.close();
        admin.close();
        east.close();
        west.close();
    }

    private static String canary(Resource resource) {
        return resource.stateCanary(new io.clustermesh.model.ClusterName("east"));
    }

    private long canaries() {
        return peer.list(KeyRange.prefix("cilium/synced/east/")).entries().size();
    }

    private KeyValue only(String prefix) {
        List<KeyValue> entries = peer.list(KeyRange.prefix(prefix)).entries();
        assertThat(entries).hasSize(1);
        return entries.getFirst();
    }

    private static <T> T value(Decoded<T> decoded) {
        return decoded.asOptional().orElseThrow();
    }

    @Test
    void shouldServeAPeerByItsCertificateAndWithinItsRightsItem1() {
        assertThat(peer.list(KeyRange.prefix("cilium/state/")).entries()).hasSizeGreaterThanOrEqualTo(6);
        for (String forbidden : List.of("clustermesh/", "cilium/cache/")) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> peer.list(KeyRange.prefix(forbidden)))
                    .isInstanceOf(StoreException.Denied.class);
        }
    }

    @Test
    void shouldKeepTheHeartbeatFreshItem2() {
        Instant beat = Instant.parse(peer.get(Keys.HEARTBEAT).orElseThrow().text());

        assertThat(beat)
                .isBetween(Instant.now().minusSeconds(120), Instant.now().plusSeconds(2));
    }

    @Test
    void shouldDescribeItselfItem3() {
        assertThat(value(ClusterConfigCodec.decode(
                        peer.get("cilium/cluster-config/east").orElseThrow().value())))
                .isEqualTo(new ClusterConfig(
                        new ClusterId(3),
                        new Capabilities(true, false, 255, Optional.of(true), "services-and-endpointslices")));
    }

    @Test
    void shouldPublishCanariesLastItem4() {
        assertThat(peer.list(KeyRange.prefix("cilium/synced/east/")).entries())
                .extracting(KeyValue::key)
                .containsExactlyInAnyOrder(
                        "cilium/synced/east/cilium/state/nodes/v1",
                        "cilium/synced/east/cilium/state/services/v1",
                        "cilium/synced/east/cilium/state/identities/v1",
                        "cilium/synced/east/cilium/state/ip/v1",
                        "cilium/synced/east/cilium/state/endpointslices/v1",
                        "cilium/synced/east/cilium/state/serviceexports/v1");
        for (Resource resource : Resource.values()) {
            String prefix = resource.statePrefix(new io.clustermesh.model.ClusterName("east"));
            Revision canary = peer.get(canary(resource)).orElseThrow().version().created();
            assertThat(peer.list(KeyRange.prefix(prefix)).entries())
                    .as("what %s says is there before its canary", resource)
                    .isNotEmpty()
                    .allMatch(entry -> entry.version().created().compareTo(canary) < 0);
        }
    }

    @Test
    void shouldPublishIdentitiesOfItsRangeBeforeTheAddressesThatUseThemItem5() {
        KeyValue identity = only(Keys.IDENTITY_IDS);
        KeyValue ip = only(Keys.IPS);

        assertThat(identity.key()).endsWith("/" + CART_ID);
        assertThat(CART_ID).isBetween(3 << 16, (4 << 16) - 1);
        assertThat(LabelSet.parse(identity.text()).get(LabelSet.CLUSTER_LABEL)).contains("east");
        assertThat(identity.text()).endsWith(";");
        assertThat(value(IpCodec.decode(ip.value())).identity().value()).isEqualTo(CART_ID);
        assertThat(ip.version().created()).isGreaterThan(identity.version().created());
    }

    @Test
    void shouldNameTheNodeOfEveryAddressItem6() {
        NodeRecord node =
                value(NodeCodec.decode(only("cilium/state/nodes/v1/east/").value()));
        IpRecord ip = value(IpCodec.decode(only(Keys.IPS).value()));

        assertThat(node.addresses())
                .filteredOn(address -> address.type().equals("InternalIP"))
                .extracting(NodeRecord.NodeAddress::ip)
                .contains(ip.hostIp());
    }

    @Test
    void shouldNotPublishTheHostsOwnAddressesAsPodsItem7() throws IOException {
        east.manifest("host.yaml", """
            apiVersion: v1
            kind: Pod
            metadata: {name: host, namespace: shop}
            spec: {nodeName: worker-1, hostNetwork: true}
            status: {phase: Running, podIPs: [{ip: 172.18.0.11}]}
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: later}
            """);
        east.manifest(
                "marker.yaml",
                OBJECTS.replace("shop", "later")
                        .replaceAll("(?s).*?(apiVersion: v1\nkind: Service)", "$1")
                        .replaceAll("(?s)---.*", "")
                        .replace("10.103.7.9", "10.103.7.10"));
        await().atMost(PATIENCE)
                .until(() ->
                        peer.get("cilium/state/services/v1/east/later/cart").isPresent());

        assertThat(only(Keys.IPS).key()).isEqualTo("cilium/state/ip/v1/default/10.3.1.15");
    }

    @Test
    void shouldKeepThePortNamesItem8() {
        assertThat(only("cilium/state/services/v1/east/").text())
                .contains("\"10.3.1.15\":{\"http\":{\"Protocol\":\"TCP\",\"Port\":8080}}");
    }

    @Test
    void shouldKeepItsClusterIdItem9() {
        long first = peer.list(KeyRange.key(Keys.HEARTBEAT)).clusterId();

        assertThat(first).isNotZero().isEqualTo(admin.list(KeyRange.key("x")).clusterId());
        assertThat(peer.list(KeyRange.key(Keys.HEARTBEAT)).clusterId()).isEqualTo(first);
    }

    @Test
    void shouldTakeBackEverythingThatItsObjectsMadeItem10() throws IOException {
        east.manifest("all.yaml", "");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                peer.list(KeyRange.prefix("cilium/state/")).entries())
                        .extracting(KeyValue::key)
                        .allMatch(key -> key.startsWith("cilium/state/identities/")));
        assertThat(canaries()).isEqualTo(Resource.values().length);
    }

    @Test
    void shouldCarryTerminatingEndpointsInSlicesAndAsOrdinaryBackendsInTheLegacyFormTrap() {
        assertThat(only("cilium/state/services/v1/east/").text()).contains("10.3.1.16");
        assertThat(value(EndpointSliceCodec.decode(
                                only("cilium/state/endpointslices/v1/east/").value()))
                        .endpoints())
                .extracting(Endpoint::conditions)
                .containsExactly(new Conditions(true, true, false), new Conditions(false, true, true));
    }

    @Test
    void shouldWriteTheObjectFormOfCidrsForOlderReadersTrap() {
        assertThat(only("cilium/state/nodes/v1/east/").text())
                .contains("\"IPv4AllocCIDR\":{\"IP\":\"10.3.1.0\",\"Mask\":\"////AA==\"}");
    }

    @Test
    void shouldExportServicesOfEitherMcsApiVersionTrap() {
        assertThat(only("cilium/state/serviceexports/v1/east/").text())
                .contains("\"exportCreationTimestamp\":\"2026-05-04T08:00:00Z\"");
    }

    @Test
    void shouldNeverInventAnExportModeTrap() {
        assertThat(List.of("", "services-and-endpointslices", "endpointslices-only"))
                .contains(value(ClusterConfigCodec.decode(peer.get("cilium/cluster-config/east")
                                .orElseThrow()
                                .value()))
                        .capabilities()
                        .endpointSlicesExportMode());
    }
}
