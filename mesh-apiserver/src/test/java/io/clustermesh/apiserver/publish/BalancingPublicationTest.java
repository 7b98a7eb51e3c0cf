package io.clustermesh.apiserver.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.Manifests;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.Balancing.Algorithm;
import io.clustermesh.model.Balancing.Cap;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.MeshService.Nearness;
import io.clustermesh.model.MeshService.State;
import io.clustermesh.model.MeshSize;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From annotations and Service fields to the cluster's own record; bad input by name. */
class BalancingPublicationTest {

    private static final ClusterName EAST = new ClusterName("east");
    private static final ClusterName WEST = new ClusterName("west");
    private static final String CART = "clustermesh/state/services/v1/east/shop/cart";
    private static final String CART_FOR_PEERS = "cilium/state/services/v1/east/shop/cart";

    private final List<Warning> warnings = new ArrayList<>();
    private final Publication publication =
            new Publication(new OwnCluster(EAST, new ClusterId(3), MeshSize.CLUSTERS_255, List.of()), warnings::add);
    private final Manifests manifests = new Manifests();
    private final Map<String, byte[]> keys = new TreeMap<>();

    @Test
    void shouldCarryEverythingThatAnnotationsAskFor() {
        publish(
                "cart",
                annotated("clustermesh.io/weights: \"west=70, east=30\", clustermesh.io/order: \"west,east\","
                        + " clustermesh.io/spillover: \"60%\", clustermesh.io/capacity: \"east=20%,west=10\","
                        + " clustermesh.io/algorithm: random"));

        assertThat(cart().policy().balancing())
                .isEqualTo(new Balancing(
                        Map.of(WEST, 70, EAST, 30),
                        List.of(WEST, EAST),
                        60,
                        Map.of(EAST, new Cap.Share(20), WEST, new Cap.Backends(10)),
                        Algorithm.RANDOM));
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clustermesh.io/weights    | west=-1,east=2     | BadWeights       | negative",
                "clustermesh.io/weights    | west=0,east=0      | BadWeights       | all weights are 0",
                "clustermesh.io/weights    | west=9000,east=1001| BadWeights       | above the limit of 10000",
                "clustermesh.io/weights    | west=1,west=2      | BadWeights       | twice",
                "clustermesh.io/weights    | west               | BadWeights       | no \"=\"",
                "clustermesh.io/weights    | west=many          | BadWeights       | no whole number",
                "clustermesh.io/weights    | WEST=1             | BadWeights       | lower-case",
                "clustermesh.io/weights    | ,                  | BadWeights       | 0 clusters",
                "clustermesh.io/weights    | west=99999999999   | BadWeights       | no whole number",
                "clustermesh.io/order      | west,east,west     | BadOrder         | twice",
                "clustermesh.io/spillover  | 101%               | BadSpillover     | outside",
                "clustermesh.io/spillover  | half               | BadSpillover     | no whole number",
                "clustermesh.io/capacity   | east=0%            | BadCapacity      | outside",
                "clustermesh.io/capacity   | east=lots          | BadCapacity      | neither",
                "clustermesh.io/algorithm  | round-robin        | UnknownAlgorithm | no such algorithm",
            })
    void shouldNotUseABrokenAnnotationAndSayWhy(String annotation, String value, String reason, String words) {
        publish("cart", annotated("%s: \"%s\"".formatted(annotation, value)));

        assertThat(cart().policy().balancing()).isEqualTo(Balancing.DEFAULT);
        assertThat(warnings).singleElement().satisfies(warning -> {
            assertThat(warning.subject()).isEqualTo("Service shop/cart");
            assertThat(warning.reason()).isEqualTo(reason);
            assertThat(warning.message()).contains(annotation, words, "is not used");
        });
    }

    @Test
    void shouldUseTheOtherAnnotationsBesideABrokenOne() {
        publish("cart", annotated("clustermesh.io/weights: \"west=-1\", clustermesh.io/spillover: \"50\""));

        assertThat(cart().policy().balancing().spilloverPercent()).isEqualTo(50);
    }

    @Test
    void shouldKeepAnUnknownClusterAndSaySoOnceTheMeshIsKnown() {
        publish("cart", annotated("clustermesh.io/weights: \"east=1,wset=1\""));
        assertThat(warnings).as("nobody knows the mesh yet").isEmpty();

        publication.clusters(Set.of(WEST));
        apply();
        assertThat(warnings).singleElement().satisfies(warning -> {
            assertThat(warning.reason()).isEqualTo("UnknownCluster");
            assertThat(warning.message()).contains("[wset]", "[east, west]");
        });
        assertThat(cart().policy().balancing().weights()).containsKey(new ClusterName("wset"));

        publication.clusters(Set.of(WEST, new ClusterName("wset")));
        apply();
        publication.clusters(Set.of(WEST));
        apply();
        assertThat(warnings).as("it came and went").hasSize(2);
    }

    @Test
    void shouldSayThatAnOrderCountsInsteadOfAffinity() {
        publish("cart", annotated("service.cilium.io/affinity: local, clustermesh.io/order: \"west,east\""));

        assertThat(warnings).extracting(Warning::reason).containsExactly("OrderOverAffinity");
    }

    @Test
    void shouldCarryTheServicesOwnRules() {
        publish("cart", service("""
                  sessionAffinity: ClientIP
                  sessionAffinityConfig: {clientIP: {timeoutSeconds: 600}}
                  internalTrafficPolicy: Local
                  trafficDistribution: PreferSameNode
                  externalIPs: [192.0.2.7, 192.0.2.8]
                  ports: [{name: http, port: 80, nodePort: 30080}]
                status: {loadBalancer: {ingress: [{ip: 192.0.2.8}, {hostname: lb.example}, {ip: 192.0.2.9}]}}
                """));

        MeshService.Traffic traffic = cart().policy().traffic();
        assertThat(traffic).isEqualTo(new MeshService.Traffic(600, true, Nearness.NODE));
        assertThat(cart().addresses().externals())
                .extracting(IpAddress::toString)
                .containsExactly("192.0.2.7", "192.0.2.8", "192.0.2.9");
        assertThat(cart().ports().getFirst().nodePort()).isEqualTo(30080);
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldStayThreeHoursWithABackendUnlessToldOtherwise() {
        publish("cart", service("  sessionAffinity: ClientIP\n  ports: [{name: http, port: 80}]\n"));
        assertThat(cart().policy().traffic().affinitySeconds()).isEqualTo(10_800);

        publish("cart", service("""
                  sessionAffinity: ClientIP
                  sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}
                  ports: [{name: http, port: 80}]
                """));
        assertThat(cart().policy().traffic().affinitySeconds()).isEqualTo(10_800);
        assertThat(warnings).extracting(Warning::reason).containsExactly("BadTimeout");
    }

    @Test
    void shouldSayThatSctpIsNotTranslatedAndServeTheRest() {
        publish("cart", service("  ports: [{name: http, port: 80}, {name: sig, port: 38412, protocol: SCTP}]\n"));

        assertThat(warnings).extracting(Warning::reason).containsExactly("SctpNotTranslated");
        assertThat(cart().ports()).hasSize(2);
    }

    @Test
    void shouldNotComplainAboutAHeadlessService() {
        publish(
                "cart",
                service("  ports: [{name: sig, port: 38412, protocol: SCTP}]\n").replace("10.103.7.9", "None"));

        assertThat(cart().frontends()).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldServeEndpointsThatAreNotReadyIfTheServiceSaysSo() {
        publish("slice", slice("cart-1", "", "{addresses: [10.3.1.1], conditions: {ready: false}}"));
        publish("cart", service("  ports: [{name: http, port: 80}]\n"));
        assertThat(cart().backends()).isEmpty();

        publish("cart", service("  publishNotReadyAddresses: true\n  ports: [{name: http, port: 80}]\n"));
        assertThat(cart().backends().getFirst().state()).isEqualTo(State.ACTIVE);
    }

    @Test
    void shouldCountWhoIsMissingOnlyForASpillover() {
        publish(
                "slice",
                slice("cart-1", "", "{addresses: [10.3.1.1]}, {addresses: [10.3.1.2], conditions: {ready: false}}"));
        publish("cart", annotated("a: b"));
        assertThat(cart().unready()).isEqualTo(MeshService.Unready.NONE);

        publish("cart", annotated("clustermesh.io/spillover: \"60%\""));
        assertThat(cart().unready()).isEqualTo(new MeshService.Unready(1, 0));
    }

    @Test
    void shouldWeighTheBackendsOfASlice() {
        publish("cart", annotated("a: b"));
        publish("one", slice("cart-1", "service.cilium.io/weight: \"30\"", "{addresses: [10.3.1.1]}"));
        publish("two", slice("cart-2", "service.cilium.io/weight: \"0\"", "{addresses: [10.3.1.2]}"));
        publish("three", slice("cart-3", "service.cilium.io/weight: \"-5\"", "{addresses: [10.3.1.3]}"));

        assertThat(cart().backends())
                .extracting(backend -> backend.ip() + " " + backend.weight())
                .containsExactly("10.3.1.1 30", "10.3.1.3 100");
        assertThat(warnings).extracting(Warning::reason).containsExactly("BadWeights");
    }

    @Test
    void shouldKeepOneOwnerForAnExternalAddressAndForANodePort() {
        String ports = "  externalIPs: [192.0.2.7]\n  ports: [{name: http, port: %d, nodePort: 30080}]\n";
        publish("cart", service(ports.formatted(80)));
        publish(
                "twin",
                service(ports.formatted(80)).replace("name: cart", "name: twin").replace("7.9", "7.10"));
        publish(
                "other",
                service(ports.formatted(81).replace("30080", "30081"))
                        .replace("name: cart", "name: other")
                        .replace("7.9", "7.11"));

        assertThat(named("twin").addresses().externals()).isEmpty();
        assertThat(named("twin").ports().getFirst().nodePort()).isZero();
        assertThat(named("other").addresses().externals()).as("another port").hasSize(1);
        assertThat(warnings).extracting(Warning::reason).containsExactly("AddressTaken", "AddressTaken");

        publish("cart", "");
        assertThat(named("twin").addresses().externals()).hasSize(1);
        assertThat(named("twin").ports().getFirst().nodePort()).isEqualTo(30080);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "169.254.1.1", "224.0.0.1", "0.0.0.0", "10.103.7.9", "::1", "fe80::1"})
    void shouldRefuseExternalAddressesThatBelongToOthers(String ip) {
        publish("cart", service("  externalIPs: [\"%s\"]\n  ports: [{name: http, port: 80}]\n".formatted(ip)));

        assertThat(cart().addresses().externals()).isEmpty();
        assertThat(warnings).extracting(Warning::reason).containsExactly("AddressTaken");
    }

    @Test
    void shouldLeaveOutABackendThatIsAClusterIpWhicheverComesFirst() {
        publish("slice", slice("cart-1", "", "{addresses: [10.3.1.1]}, {addresses: [10.103.7.77]}"));
        publish("cart", annotated("a: b"));
        assertThat(cart().backends()).hasSize(2);

        publish(
                "vip",
                service("  ports: [{name: http, port: 80}]\n")
                        .replace("name: cart", "name: vip")
                        .replace("7.9", "7.77"));
        assertThat(cart().backends()).extracting(it -> it.ip().toString()).containsExactly("10.3.1.1");
        assertThat(warnings).extracting(Warning::reason).containsExactly("BackendIsClusterIp");

        publish("vip", "");
        assertThat(cart().backends()).hasSize(2);
    }

    @Test
    void shouldRefusePortZero() {
        publish("cart", service("  ports: [{name: http, port: 80}]\n"));

        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> publish("cart", service("  ports: [{name: http, port: 0}]\n")))
                .hasMessageContaining("port 0 is outside 1..65535");
        assertThat(cart().ports().getFirst().l4().port())
                .as("what was good stays")
                .isEqualTo(80);
    }

    @Test
    void shouldUseFourThousandOfTwentyThousandBackendsAndTheSameOnesAgain() {
        for (int part = 0; part < 20; part++) {
            publish("part" + part, manySlice(part, 0));
        }
        publish("cart", annotated("a: b"));
        publish(
                "other",
                service("  ports: [{name: http, port: 80}]\n")
                        .replace("name: cart", "name: other")
                        .replace("7.9", "7.10"));
        Set<IpAddress> first = ips();

        assertThat(first).hasSize(4000);
        assertThat(warnings).singleElement().satisfies(warning -> {
            assertThat(warning.reason()).isEqualTo("TooManyBackends");
            assertThat(warning.message()).contains("has 20000 backends", "uses 4000");
        });
        byte[] mesh = keys.getOrDefault(CART, new byte[0]);
        byte[] forPeers = keys.getOrDefault(CART_FOR_PEERS, new byte[0]);
        assertThat(mesh.length + forPeers.length).as("one transaction").isBetween(200_000, 1_500_000);
        assertThat(legacy().backends()).hasSize(4000);
        assertThat(named("other").frontends()).as("others are not affected").hasSize(1);

        publish("part3", manySlice(3, 1));
        Set<IpAddress> second = ips();
        second.removeAll(first);
        assertThat(second).as("newcomers after one of 20,000 left").hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void shouldKeepARecordWithLongNamesWithinItsSize() {
        String node = "n".repeat(250);
        String endpoints = IntStream.range(0, 3000)
                .mapToObj(i -> "{addresses: [10.3.%d.%d], nodeName: %s}".formatted(i / 250, 1 + i % 250, node))
                .collect(Collectors.joining(","));
        publish("slice", slice("cart-1", "", endpoints));
        publish("cart", annotated("a: b"));

        assertThat(keys.getOrDefault(CART, new byte[0]).length).isBetween(600_000, 700_000);
        assertThat(warnings).extracting(Warning::reason).containsExactly("TooManyBackends");
    }

    private Set<IpAddress> ips() {
        return cart().backends().stream().map(MeshService.Backend::ip).collect(Collectors.toSet());
    }

    private static String manySlice(int part, int from) {
        String endpoints = IntStream.range(from, 1000)
                .mapToObj(i -> "{addresses: [10.%d.%d.%d], nodeName: worker-%d, zone: z1}"
                        .formatted(10 + part, i / 250, 1 + i % 250, i % 100))
                .collect(Collectors.joining(","));
        return slice("cart-" + part, "", endpoints);
    }

    private static String slice(String name, String annotations, String endpoints) {
        return """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: %s, namespace: shop, labels: {kubernetes.io/service-name: cart}, annotations: {%s}}
                addressType: IPv4
                ports: [{name: http, port: 8080}]
                endpoints: [%s]
                """.formatted(name, annotations, endpoints);
    }

    private static String annotated(String annotations) {
        return Samples.service("service.cilium.io/global: \"true\", " + annotations);
    }

    /** A global service with the rest of its spec. */
    private static String service(String rest) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: cart, namespace: shop, annotations: {service.cilium.io/global: "true"}}
                spec:
                  clusterIP: 10.103.7.9
                """ + rest.indent(rest.startsWith("  ") ? 0 : 2).replace("  status:", "status:");
    }

    private MeshService cart() {
        return named("cart");
    }

    private MeshService named(String name) {
        byte[] value = Optional.ofNullable(keys.get(CART.replace("cart", name))).orElseThrow();
        return MeshServiceCodec.decode(value).asOptional().orElseThrow();
    }

    private ServiceRecord legacy() {
        byte[] value = Optional.ofNullable(keys.get(CART_FOR_PEERS)).orElseThrow();
        return ServiceCodec.decode(value).asOptional().orElseThrow();
    }

    private void publish(String file, String text) {
        manifests.write(file, text).forEach(publication::absorb);
        apply();
    }

    private void apply() {
        for (Edit edit : publication.settle()) {
            edit.value().ifPresentOrElse(value -> keys.put(edit.key(), value), () -> keys.remove(edit.key()));
        }
    }
}
