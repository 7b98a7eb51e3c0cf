package io.clustermesh.apiserver.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.Manifests;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.codec.EndpointSliceCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicationTest {

    private static final String CART_KEY = "cilium/state/services/v1/east/shop/cart";
    private static final String CART_SLICE_KEY = "cilium/state/endpointslices/v1/east/shop/cart-abc";
    private static final String MESH_CART_KEY = "clustermesh/state/services/v1/east/shop/cart";
    private static final String CART_LABELS =
            "k8s:app=cart;k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop;k8s:io.cilium.k8s.policy.cluster=east;k8s:io.cilium.k8s.policy.serviceaccount=cart;k8s:io.kubernetes.pod.namespace=shop;";
    private static final NumericIdentity CART_ID = new NumericIdentity(201234);

    private final List<Warning> warnings = new ArrayList<>();
    private final Publication publication = new Publication(
            new OwnCluster(
                    new ClusterName("east"),
                    new ClusterId(3),
                    MeshSize.CLUSTERS_255,
                    List.of(Cidr.parse("10.3.0.0/16"))),
            warnings::add);
    private final Manifests manifests = new Manifests();
    private final Map<String, String> keys = new TreeMap<>();
    private final Map<String, ClusterEndpointSlice> slices = new TreeMap<>();
    private List<Edit> lastEdits = List.of();

    @Test
    void shouldPublishExactlyWhatCiliumWould() {
        publish("node", Samples.NODE);
        publish("cart", Samples.CART);
        publish("pod", Samples.POD);
        identity(CART_ID, CART_LABELS);

        assertThat(keys)
                .containsEntry(
                        CART_KEY,
                        "{\"cluster\":\"east\",\"namespace\":\"shop\",\"name\":\"cart\",\"frontends\":{\"10.103.7.9\":{\"http\":{\"Protocol\":\"TCP\",\"Port\":80}}},\"backends\":{\"10.3.1.15\":{\"http\":{\"Protocol\":\"TCP\",\"Port\":8080}},\"10.3.2.4\":{\"http\":{\"Protocol\":\"TCP\",\"Port\":8080}}},\"zones\":{\"10.3.1.15\":{\"zone\":\"z1\"}},\"labels\":{\"app\":\"cart\"},\"selector\":{\"app\":\"cart\"},\"includeExternal\":true,\"shared\":true,\"clusterID\":3}")
                .containsEntry(
                        "cilium/state/nodes/v1/east/worker-1",
                        "{\"Name\":\"worker-1\",\"Cluster\":\"east\",\"IPAddresses\":[{\"Type\":\"InternalIP\",\"IP\":\"172.18.0.11\"},{\"Type\":\"CiliumInternalIP\",\"IP\":\"10.3.1.200\"}],\"IPv4AllocCIDR\":{\"IP\":\"10.3.1.0\",\"Mask\":\"////AA==\"},\"IPv4SecondaryAllocCIDRs\":null,\"IPv6AllocCIDR\":null,\"IPv6SecondaryAllocCIDRs\":null,\"IPv4HealthIP\":\"\",\"IPv6HealthIP\":\"\",\"IPv4IngressIP\":\"\",\"IPv6IngressIP\":\"\",\"ClusterID\":3,\"Source\":\"custom-resource\",\"EncryptionKey\":0,\"Labels\":{\"topology.kubernetes.io/zone\":\"z1\"},\"Annotations\":null,\"WireguardPubKey\":\"\",\"BootID\":\"\"}")
                .containsEntry(
                        "cilium/state/ip/v1/default/10.3.1.15",
                        "{\"IP\":\"10.3.1.15\",\"Mask\":null,\"HostIP\":\"172.18.0.11\",\"ID\":201234,\"Key\":0,\"Metadata\":\"\",\"K8sNamespace\":\"shop\",\"K8sPodName\":\"cart-6d5-x1\",\"K8sServiceAccount\":\"cart\",\"NamedPorts\":[{\"Name\":\"http\",\"Port\":8080,\"Protocol\":\"TCP\"}]}")
                .containsEntry("clustermesh/state/labels/v1/east/" + PodTable.sha256(CART_LABELS), CART_LABELS)
                .containsEntry(
                        MESH_CART_KEY,
                        "{\"cluster\":\"east\",\"namespace\":\"shop\",\"name\":\"cart\",\"frontends\":[\"10.103.7.9\"],\"ports\":[{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":80}],\"affinity\":\"local\",\"shared\":true,\"backends\":[{\"ip\":\"10.3.1.15\",\"ports\":{\"http\":{\"protocol\":\"TCP\",\"port\":8080}},\"state\":\"active\",\"node\":\"worker-1\",\"zone\":\"z1\"},{\"ip\":\"10.3.2.4\",\"ports\":{\"http\":{\"protocol\":\"TCP\",\"port\":8080}},\"state\":\"terminating\",\"node\":\"worker-2\"}]}")
                .hasSize(5);
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldTouchOnlyWhatAChangeTouches() {
        publish("node", Samples.NODE);
        publish("cart", Samples.CART);
        publish("other", Samples.CART.replace("cart", "books").replace("10.103.7.9", "10.103.7.10"));

        publish("cart", Samples.CART.replace("10.3.2.4", "10.3.2.5"));

        assertThat(lastEdits).extracting(Edit::key).containsExactlyInAnyOrder(CART_KEY, MESH_CART_KEY, CART_SLICE_KEY);
        assertThat(lastEdits)
                .allMatch(edit -> edit.service().orElseThrow().toString().equals("shop/cart"));
    }

    @Test
    void shouldLeaveOutBackendsThatDoNotServe() {
        publish("cart", Samples.CART.replace("serving: true", "serving: false"));

        assertThat(keys.get(CART_KEY)).contains("10.3.1.15").doesNotContain("10.3.2.4");
        assertThat(keys.get(MESH_CART_KEY)).doesNotContain("10.3.2.4");
    }

    @Test
    void shouldRemoveWhatIsGone() {
        publish("cart", Samples.CART);
        publish("pod", Samples.POD);

        publish("cart", "");
        publish("pod", "");

        assertThat(keys).isEmpty();
    }

    @Test
    void shouldKeepAServiceWithoutBackends() {
        publish("cart", Samples.SERVICE);

        assertThat(keys.get(CART_KEY)).contains("\"backends\":{}");
    }

    @ParameterizedTest
    @CsvSource({
        "service.cilium.io/global, TRUE, true, true",
        "io.cilium/global-service, true, true, true",
        "service.cilium.io/global, false, false, false",
        "service.cilium.io/shared, false, false, false",
    })
    void shouldObeyTheAnnotationThatMakesAServiceGlobal(String key, String value, boolean mesh, boolean exported) {
        publish("cart", Samples.service("\"%s\": \"%s\"".formatted(key, value)));

        assertThat(keys.containsKey(MESH_CART_KEY)).isEqualTo(mesh);
        assertThat(keys.containsKey(CART_KEY)).isEqualTo(exported);
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"service.cilium.io/shared, false", "io.cilium/shared-service, FALSE"})
    void shouldNotExportWhatIsNotShared(String key, String value) {
        publish("cart", Samples.service("service.cilium.io/global: \"true\", \"%s\": \"%s\"".formatted(key, value)));

        assertThat(keys).containsKey(MESH_CART_KEY).doesNotContainKey(CART_KEY);
    }

    @Test
    void shouldPreferTheNewSpelling() {
        publish("cart", Samples.service("service.cilium.io/global: \"false\", io.cilium/global-service: \"true\""));

        assertThat(keys).isEmpty();
    }

    @Test
    void shouldTakeAnUnknownAffinityForNoneAndSaySo() {
        publish("cart", Samples.service("service.cilium.io/global: \"true\", service.cilium.io/affinity: nearest"));
        publish("slice", Samples.SLICE);

        assertThat(keys.get(MESH_CART_KEY)).contains("\"affinity\":\"none\"");
        assertThat(warnings)
                .containsExactly(new Warning(
                        "Service shop/cart",
                        "UnknownAffinity",
                        "annotation service.cilium.io/affinity is \"nearest\", taken as \"none\"; write"
                                + " \"local\", \"remote\" or \"none\""));
    }

    @Test
    void shouldHideEverythingOfANamespaceThatIsNotGlobal() {
        publish("node", Samples.NODE);
        publish("cart", Samples.CART);
        publish("pod", Samples.POD);
        identity(CART_ID, CART_LABELS);

        publish("namespace", Samples.namespace("clustermesh.cilium.io/global: \"false\""));
        assertThat(keys).containsOnlyKeys("cilium/state/nodes/v1/east/worker-1");

        publish("namespace", Samples.namespace("clustermesh.cilium.io/global: \"true\""));
        assertThat(keys).hasSize(5);
    }

    @Test
    void shouldPublishNoAddressBeforeItsIdentity() {
        publish("node", Samples.NODE);
        publish("pod", Samples.POD);
        assertThat(keys).doesNotContainKey("cilium/state/ip/v1/default/10.3.1.15");
        assertThat(publication.waitingForIdentity()).isEqualTo(1);

        identity(CART_ID, CART_LABELS);
        assertThat(keys).containsKey("cilium/state/ip/v1/default/10.3.1.15");
        assertThat(publication.waitingForIdentity()).isZero();

        identity(new NumericIdentity(200000), CART_LABELS);
        assertThat(keys.get("cilium/state/ip/v1/default/10.3.1.15")).contains("\"ID\":200000");

        identity(new NumericIdentity(200000), "");
        assertThat(keys.get("cilium/state/ip/v1/default/10.3.1.15")).contains("\"ID\":201234");
    }

    @Test
    void shouldNotUseAnotherClustersIdentity() {
        publish("node", Samples.NODE);
        publish("pod", Samples.POD);

        identity(new NumericIdentity(1 << 16), CART_LABELS);

        assertThat(keys).doesNotContainKey("cilium/state/ip/v1/default/10.3.1.15");
        assertThat(warnings).extracting(Warning::reason).containsExactly("ForeignIdentity");
    }

    @Test
    void shouldSkipPodsOfTheHostNetworkAndFinishedOnes() {
        publish("node", Samples.NODE);
        publish("pod", Samples.POD.replace("spec:", "spec:\n  hostNetwork: true"));
        publish("done", Samples.POD.replace("Running", "Succeeded").replace("cart-6d5-x1", "job"));

        assertThat(keys).containsOnlyKeys("cilium/state/nodes/v1/east/worker-1");
    }

    @Test
    void shouldLeaveAnAddressWithItsFirstOwner() {
        publish("node", Samples.NODE);
        publish("pod", Samples.POD);
        identity(CART_ID, CART_LABELS);

        publish("twin", Samples.POD.replace("cart-6d5-x1", "twin"));
        assertThat(keys.get("cilium/state/ip/v1/default/10.3.1.15")).contains("cart-6d5-x1");
        assertThat(warnings).singleElement().satisfies(warning -> {
            assertThat(warning.subject()).isEqualTo("Pod shop/twin");
            assertThat(warning.message()).contains("10.3.1.15 belongs to Pod shop/cart-6d5-x1");
        });

        publish("pod", "");
        assertThat(keys.get("cilium/state/ip/v1/default/10.3.1.15")).contains("twin");
    }

    @Test
    void shouldNotPublishANodeThatNobodyCanReach() {
        publish("node", Samples.NODE.replace("InternalIP", "ExternalIP"));
        publish("pod", Samples.POD);
        identity(CART_ID, CART_LABELS);

        assertThat(keys).containsOnlyKeys("clustermesh/state/labels/v1/east/" + PodTable.sha256(CART_LABELS));
        assertThat(warnings).extracting(Warning::reason).contains("NoInternalIP");

        publish("node", Samples.NODE);
        assertThat(keys).hasSize(3);
    }

    @Test
    void shouldKeepNodesFromOverlapping() {
        publish("node", Samples.NODE);
        publish("node2", Samples.NODE.replace("worker-1", "worker-2"));

        assertThat(keys.get("cilium/state/nodes/v1/east/worker-1")).contains("10.3.1.0");
        assertThat(keys.get("cilium/state/nodes/v1/east/worker-2")).contains("\"IPv4AllocCIDR\":null");
        assertThat(warnings)
                .singleElement()
                .satisfies(warning ->
                        assertThat(warning.message()).contains("pod CIDR 10.3.1.0/24 overlaps one of Node worker-1"));
    }

    @Test
    void shouldWarnOfABlockOutsideTheClusters() {
        publish("node", Samples.NODE.replace("10.3.1.0", "10.4.1.0"));

        assertThat(warnings).extracting(Warning::reason).containsExactly("ForeignPodCIDR");
    }

    @Test
    void shouldKeepOneServiceForEachAddress() {
        publish("cart", Samples.CART);
        publish("twin", Samples.SERVICE.replace("name: cart", "name: twin"));

        assertThat(keys.get("cilium/state/services/v1/east/shop/twin")).contains("\"frontends\":{}");
        assertThat(warnings).extracting(Warning::reason).containsExactly("AddressTaken");

        publish("cart", "");
        assertThat(keys.get("cilium/state/services/v1/east/shop/twin")).contains("10.103.7.9");
    }

    @Test
    void shouldPublishHeadlessServicesWithoutFrontends() {
        publish("cart", Samples.CART.replace("clusterIP: 10.103.7.9", "clusterIP: None"));

        assertThat(keys.get(CART_KEY)).contains("\"frontends\":{}").contains("10.3.1.15");
    }

    @Test
    void shouldLeaveLabelsThatChangeWithEveryRolloutOutOfTheIdentity() {
        publish(
                "pod",
                Samples.POD.replace(
                        "labels: {app: cart}",
                        "labels: {app: cart, pod-template-hash: abc, statefulset.kubernetes.io/pod-name: cart-0}"));

        assertThat(keys).containsValue(CART_LABELS);
    }

    @Test
    void shouldCarryNamespaceLabelsInTheIdentity() {
        publish("pod", Samples.POD);
        publish("namespace", Samples.namespace("a: b").replace("name: shop", "name: shop, labels: {team: x}"));

        assertThat(keys.values())
                .singleElement()
                .satisfies(labels -> assertThat(labels).contains("k8s:io.cilium.k8s.namespace.labels.team=x;"));
    }

    private void publish(String file, String text) {
        manifests.write(file, text).forEach(publication::absorb);
        apply();
    }

    private void identity(NumericIdentity identity, String labels) {
        publication.absorb(identity, Optional.of(labels).filter(text -> !text.isEmpty()));
        apply();
    }

    private void apply() {
        lastEdits = publication.settle();
        for (Edit edit : lastEdits) {
            edit.value().ifPresentOrElse(value -> put(edit, value), () -> {
                keys.remove(edit.key());
                slices.remove(edit.key());
            });
        }
    }

    private void put(Edit edit, byte[] value) {
        if (edit.topic() == Topic.ENDPOINT_SLICES) {
            slices.put(edit.key(), EndpointSliceCodec.decode(value).asOptional().orElseThrow());
        } else {
            keys.put(edit.key(), new String(value, StandardCharsets.UTF_8));
        }
    }
}
