package io.clustermesh.apiserver.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.Manifests;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Meta;
import io.clustermesh.model.ClusterEndpointSlice.Origin;
import io.clustermesh.model.ClusterEndpointSlice.Port;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.ExportMode;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshSize;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.model.codec.EndpointSliceCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoint slices, service exports, host names and hints: what Cilium's newer format says beyond services. */
class ExportFormsTest {

    private static final String SERVICE_KEY = "cilium/state/services/v1/east/shop/cart";
    private static final String SLICE_KEY = "cilium/state/endpointslices/v1/east/shop/cart-abc";
    private static final String EXPORT_KEY = "cilium/state/serviceexports/v1/east/shop/cart";

    private static final String SLICE = """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: cart-abc
          namespace: shop
          labels: {kubernetes.io/service-name: cart, app: cart}
          annotations: {service.cilium.io/weight: "50"}
        addressType: IPv4
        ports: [{name: http, port: 8080, appProtocol: h2c}, {name: all}]
        endpoints:
        - {addresses: [10.3.1.15], hostname: cart-0, nodeName: worker-1, zone: z1, hints: {forZones: [{name: z1}, {name: z2}]}}
        - {addresses: [10.3.2.4], nodeName: worker-2, conditions: {ready: false, serving: true, terminating: true}}
        - {addresses: [10.3.2.5], conditions: {ready: false}}
        """;

    private static final String EXPORT = """
        apiVersion: multicluster.x-k8s.io/v1alpha1
        kind: ServiceExport
        metadata: {name: cart, namespace: shop, creationTimestamp: "2026-05-04T08:00:00Z", labels: {not: exported}}
        """;

    private final List<Warning> warnings = new ArrayList<>();
    private final Manifests manifests = new Manifests();
    private final Map<String, byte[]> keys = new TreeMap<>();
    private List<Edit> lastEdits = List.of();
    private OwnCluster cluster =
            new OwnCluster(new ClusterName("east"), new ClusterId(3), MeshSize.CLUSTERS_255, List.of());
    private Publication publication = new Publication(cluster, warnings::add);

    private void exporting(Exports exports) {
        cluster = cluster.exporting(exports);
        publication = new Publication(cluster, warnings::add);
    }

    private void publish(String file, String text) {
        manifests.write(file, text).forEach(publication::absorb);
        lastEdits = publication.settle();
        lastEdits.forEach(edit ->
                edit.value().ifPresentOrElse(value -> keys.put(edit.key(), value), () -> keys.remove(edit.key())));
    }

    private ClusterEndpointSlice slice(String key) {
        return EndpointSliceCodec.decode(keys.getOrDefault(key, new byte[0]))
                .asOptional()
                .orElseThrow();
    }

    private String text(String key) {
        return new String(keys.getOrDefault(key, new byte[0]), StandardCharsets.UTF_8);
    }

    @Test
    void shouldExportEverythingThatASliceSays() {
        publish("service", Samples.SERVICE);
        publish("slice", SLICE);

        assertThat(slice(SLICE_KEY))
                .isEqualTo(new ClusterEndpointSlice(
                        new Origin(new ClusterName("east"), new ClusterId(3), "shop", "cart-abc"),
                        new Meta(
                                Map.of("kubernetes.io/service-name", "cart", "app", "cart"),
                                Map.of("service.cilium.io/weight", "50")),
                        Family.IPV4,
                        List.of(
                                new Endpoint(
                                        List.of(IpAddress.parse("10.3.1.15")),
                                        new Conditions(true, true, false),
                                        "cart-0",
                                        new EndpointTopology("worker-1", "z1", List.of("z1", "z2"))),
                                new Endpoint(
                                        List.of(IpAddress.parse("10.3.2.4")),
                                        new Conditions(false, true, true),
                                        "",
                                        new EndpointTopology("worker-2", "", List.of())),
                                new Endpoint(
                                        List.of(IpAddress.parse("10.3.2.5")),
                                        new Conditions(false, false, false),
                                        "",
                                        new EndpointTopology("", "", List.of()))),
                        List.of(new Port("http", new L4(Protocol.TCP, 8080), "h2c"))));
    }

    @Test
    void shouldExportHostNamesAndHintsInTheLegacyRecordToo() {
        publish("service", Samples.SERVICE);
        publish("slice", SLICE);

        assertThat(text(SERVICE_KEY))
                .contains(
                        "\"hostnames\":{\"10.3.1.15\":\"cart-0\"},\"zones\":{\"10.3.1.15\":{\"zone\":\"z1\",\"forZones\":[{\"name\":\"z1\"},{\"name\":\"z2\"}]}}")
                .doesNotContain("10.3.2.5");
    }

    @Test
    void shouldFollowTheServiceOfASlice() {
        publish("slice", SLICE);
        assertThat(keys).doesNotContainKey(SLICE_KEY);

        publish("service", Samples.SERVICE);
        assertThat(keys).containsKey(SLICE_KEY);

        publish("service", Samples.service("service.cilium.io/global: \"true\", service.cilium.io/shared: \"false\""));
        assertThat(keys).doesNotContainKeys(SLICE_KEY, SERVICE_KEY);

        publish("service", Samples.SERVICE);
        assertThat(keys).containsKey(SLICE_KEY);

        publish("service", "");
        assertThat(keys).isEmpty();
    }

    @Test
    void shouldFollowTheNamespaceOfASlice() {
        publish("service", Samples.SERVICE);
        publish("slice", SLICE);

        publish("namespace", Samples.namespace("clustermesh.cilium.io/global: \"false\""));
        assertThat(keys).isEmpty();

        publish("namespace", Samples.namespace("clustermesh.cilium.io/global: \"true\""));
        assertThat(keys).containsKeys(SLICE_KEY, SERVICE_KEY);
    }

    @Test
    void shouldTakeBackASliceThatIsGoneOrLeavesItsService() {
        publish("service", Samples.SERVICE);
        publish("slice", SLICE);

        publish("slice", SLICE.replace("kubernetes.io/service-name: cart, ", ""));
        assertThat(keys).doesNotContainKey(SLICE_KEY);

        publish("slice", SLICE);
        assertThat(keys).containsKey(SLICE_KEY);

        publish("slice", SLICE.replace("service-name: cart", "service-name: books"));
        assertThat(keys).doesNotContainKey(SLICE_KEY);

        publish("slice", SLICE);
        publish("slice", "");
        assertThat(keys).doesNotContainKey(SLICE_KEY).containsKey(SERVICE_KEY);
    }

    @Test
    void shouldWriteOnlyTheSliceThatChanged() {
        publish("service", Samples.SERVICE);
        publish("slice", SLICE);
        publish("second", SLICE.replace("cart-abc", "cart-def").replace("10.3.", "10.4."));

        publish("slice", SLICE.replace("10.3.2.5", "10.3.2.6"));

        assertThat(lastEdits).extracting(Edit::key).containsExactly(SLICE_KEY);
    }

    @Test
    void shouldNotExportASliceOfDnsNames() {
        publish("service", Samples.SERVICE);
        publish("slice", """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart-abc, namespace: shop, labels: {kubernetes.io/service-name: cart}}
            addressType: FQDN
            endpoints: [{addresses: [cart.example.com]}]
            """);

        assertThat(keys).doesNotContainKey(SLICE_KEY).containsKey(SERVICE_KEY);
    }

    @ParameterizedTest
    @EnumSource(ExportMode.class)
    void shouldWriteTheFormsThatItsModeNamesAndSayWhich(ExportMode mode) {
        exporting(new Exports(mode, false, Exports.ALL.leaseTtl()));
        publish("service", Samples.SERVICE);
        publish("slice", SLICE);
        publish("export", EXPORT);

        assertThat(keys.containsKey(SERVICE_KEY)).isEqualTo(mode.services());
        assertThat(keys.containsKey(SLICE_KEY)).isEqualTo(mode.slices());
        assertThat(keys).doesNotContainKey(EXPORT_KEY).containsKey("clustermesh/state/services/v1/east/shop/cart");
        String config = new String(ClusterConfigCodec.encode(Presence.config(cluster)), StandardCharsets.UTF_8);
        assertThat(config).contains("\"serviceExportsEnabled\":false");
        assertThat(config.contains("endpointSlicesExportMode")).isEqualTo(mode.slices());
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1alpha1", "v1beta1"})
    void shouldExportServicesByMcsApi(String version) {
        publish("service", Samples.service("any: thing"));
        publish("export", EXPORT.replace("v1alpha1", version));

        assertThat(text(EXPORT_KEY))
                .isEqualTo(
                        "{\"cluster\":\"east\",\"name\":\"cart\",\"namespace\":\"shop\",\"exportCreationTimestamp\":\"2026-05-04T08:00:00Z\",\"ports\":[{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":80}],\"type\":\"ClusterSetIP\",\"sessionAffinity\":\"None\",\"ipFamilies\":[\"IPv4\"],\"internalTrafficPolicy\":\"Cluster\"}");
        assertThat(keys).doesNotContainKey(SERVICE_KEY);
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldExportWhatTheServiceExportHandsOnAndHowTrafficFlows() {
        publish("service", """
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop, labels: {app: cart}}
            spec:
              clusterIP: None
              ipFamilies: [IPv4, IPv6]
              sessionAffinity: ClientIP
              sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}
              internalTrafficPolicy: Local
              trafficDistribution: PreferSameZone
              ports: [{name: http, port: 80, appProtocol: h2c}]
            """);
        publish(
                "export",
                EXPORT.replace("creationTimestamp: \"2026-05-04T08:00:00Z\", ", "")
                        + "spec: {exportedLabels: {a: b}, exportedAnnotations: {c: d}}\n");

        assertThat(text(EXPORT_KEY))
                .isEqualTo(
                        "{\"cluster\":\"east\",\"name\":\"cart\",\"namespace\":\"shop\",\"annotations\":{\"c\":\"d\"},\"labels\":{\"a\":\"b\"},\"exportCreationTimestamp\":null,\"ports\":[{\"name\":\"http\",\"protocol\":\"TCP\",\"appProtocol\":\"h2c\",\"port\":80}],\"type\":\"Headless\",\"sessionAffinity\":\"ClientIP\",\"sessionAffinityConfig\":{\"clientIP\":{\"timeoutSeconds\":60}},\"ipFamilies\":[\"IPv4\",\"IPv6\"],\"internalTrafficPolicy\":\"Local\",\"trafficDistribution\":\"PreferSameZone\"}");
    }

    @Test
    void shouldSayWhyAnExportIsNotPublishedAndPublishItWhenItCanBe() {
        publish("export", EXPORT);
        assertThat(keys).doesNotContainKey(EXPORT_KEY);
        assertThat(warnings).extracting(Warning::reason).containsExactly("NoService");

        publish("service", Samples.SERVICE);
        assertThat(keys).containsKey(EXPORT_KEY);

        publish(
                "service",
                "apiVersion: v1\n"
                        + "kind: Service\n"
                        + "metadata: {name: cart, namespace: shop}\n"
                        + "spec: {type: ExternalName, externalName: x.example}\n");
        assertThat(keys).doesNotContainKey(EXPORT_KEY);
        assertThat(warnings).extracting(Warning::reason).containsExactly("NoService", "ServiceType");
    }

    @Test
    void shouldTakeBackAnExportWithItsServiceItsNamespaceOrItself() {
        publish("service", Samples.SERVICE);
        publish("export", EXPORT);

        publish("namespace", Samples.namespace("clustermesh.cilium.io/global: \"false\""));
        assertThat(keys).doesNotContainKey(EXPORT_KEY);
        publish("namespace", "");
        assertThat(keys).containsKey(EXPORT_KEY);

        publish("service", "");
        assertThat(keys).doesNotContainKey(EXPORT_KEY);
        publish("service", Samples.SERVICE);
        publish("export", "");
        assertThat(keys).doesNotContainKey(EXPORT_KEY).containsKey(SERVICE_KEY);
    }
}
