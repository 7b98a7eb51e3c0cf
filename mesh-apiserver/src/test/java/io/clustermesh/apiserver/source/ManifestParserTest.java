package io.clustermesh.apiserver.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.source.ManifestParser.Outcome;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestParserTest {

    private final ManifestParser parser = new ManifestParser();

    @Test
    void shouldReadEveryKindThatTheMeshLooksAt() {
        Collection<KubeObject> objects = parsed("""
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, labels: {team: a}}
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: worker-1}
            spec: {podCIDR: 10.1.1.0/24, podCIDRs: [10.1.1.0/24, "fd10:1:1::/64"]}
            status:
              addresses:
              - {type: Hostname, address: worker-1}
              - {type: InternalIP, address: 172.30.1.11}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec:
              clusterIP: 10.101.0.9
              clusterIPs: [10.101.0.9, "fd20:1::9"]
              selector: {app: cart}
              ports:
              - {name: http, port: 80, targetPort: web}
              - {name: dns, port: 53, protocol: UDP}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart-1, namespace: shop, labels: {kubernetes.io/service-name: cart}}
            addressType: IPv4
            ports: [{name: http, port: 8080}]
            endpoints:
            - addresses: [10.1.1.15]
              conditions: {ready: false, serving: true, terminating: true}
              nodeName: worker-1
              zone: z1
            - addresses: [10.1.1.16]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: cart-0, namespace: shop, labels: {app: cart}}
            spec:
              nodeName: worker-1
              serviceAccountName: cart
              containers: [{name: c, ports: [{name: web, containerPort: 8080}, {containerPort: 9090}]}]
            status: {phase: Running, podIP: 10.1.1.15, podIPs: [{ip: 10.1.1.15}, {ip: "fd10:1:1::15"}]}
            """);

        assertThat(objects)
                .hasSize(5)
                .anySatisfy(object -> assertThat(object).isInstanceOfSatisfying(KubeNode.class, node -> {
                    assertThat(node.podCidrs()).hasToString("[10.1.1.0/24, fd10:1:1::/64]");
                    assertThat(node.addresses()).hasSize(1);
                }))
                .anySatisfy(object -> assertThat(object).isInstanceOfSatisfying(KubeService.class, service -> {
                    assertThat(service.clusterIps()).hasToString("[10.101.0.9, fd20:1::9]");
                    assertThat(service.ports())
                            .containsExactly(
                                    new KubePort("http", new L4(Protocol.TCP, 80)),
                                    new KubePort("dns", new L4(Protocol.UDP, 53)));
                }))
                .anySatisfy(object -> assertThat(object).isInstanceOfSatisfying(KubeEndpointSlice.class, slice -> {
                    assertThat(slice.service()).contains("cart");
                    assertThat(slice.endpoints())
                            .extracting(ClusterEndpointSlice.Endpoint::conditions)
                            .containsExactly(new Conditions(false, true, true), new Conditions(true, true, false));
                }))
                .anySatisfy(object -> assertThat(object).isInstanceOfSatisfying(KubePod.class, pod -> {
                    assertThat(pod.placement().ips())
                            .containsExactly(IpAddress.parse("10.1.1.15"), IpAddress.parse("fd10:1:1::15"));
                    assertThat(pod.serviceAccount()).isEqualTo("cart");
                    assertThat(pod.namedPorts()).hasSize(1);
                }));
    }

    @Test
    void shouldUnfoldListsAndSkipUnknownKinds() {
        Collection<KubeObject> objects = parsed("""
            {"apiVersion": "v1", "kind": "List", "items": [
              {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart"}},
              {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
              {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "Not A Name"}}
            ]}
            """);

        assertThat(objects).extracting(KubeObject::key).hasToString("[Namespace shop]");
    }

    @Test
    void shouldTakeEmptyDocumentsForNothing() {
        assertThat(parsed("---\n---\n# only a comment\n")).isEmpty();
        assertThat(parsed("")).isEmpty();
    }

    @Test
    void shouldFillInWhatKubernetesFillsIn() {
        Collection<KubeObject> objects = parsed("""
            apiVersion: v1
            kind: Pod
            metadata: {name: p}
            spec: {hostNetwork: true}
            status: {phase: Failed, podIP: 10.0.0.1}
            """);

        assertThat(objects)
                .singleElement(InstanceOfAssertFactories.type(KubePod.class))
                .satisfies(pod -> {
                    assertThat(pod.meta().namespace()).isEqualTo("default");
                    assertThat(pod.serviceAccount()).isEqualTo("default");
                    assertThat(pod.placement().hostNetwork()).isTrue();
                    assertThat(pod.placement().finished()).isTrue();
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "spec: {clusterIP: nonsense} | spec.clusterIPs: \"nonsense\" is no IP address | correct the address",
                "spec: {clusterIPs: [10.0.0.1, 10.0.0.2]} | two addresses of one family | keep one IPv4",
                "spec: {ports: [{port: 80000}]} | spec.ports[0].port: port 80000 is outside 1..65535 | correct the"
                        + " number",
                "spec: {ports: [{port: 80}, {port: 81}]} | spec.ports[1].name \"\" is the name of another port too |"
                        + " name of its own",
                "spec: {ports: [{port: 80, protocol: ICMP}]} | spec.ports[0].protocol \"ICMP\" is unknown | write TCP,"
                        + " UDP or SCTP",
                "spec: {ports: [{name: a}]} | spec.ports[0].port is missing | write the service's port",
                "spec: {ports: {port: 80}} | spec.ports must be a list | correct",
                "spec: {selector: {app: 1}} | spec.selector[\"app\"] must be a string, but is 1 | put the value in"
                        + " quotes",
            })
    void shouldNameObjectRuleAndRemedy(String spec, String rule, String remedy) {
        SourceError error = broken("apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\n" + spec)
                .getFirst();

        assertThat(error.file()).isEqualTo("shop.yaml");
        assertThat(error.place()).isEqualTo("document 1");
        assertThat(error.object()).isEqualTo("Service shop/cart");
        assertThat(error.rule()).contains(rule);
        assertThat(error.remedy()).contains(remedy);
    }

    @Test
    void shouldAskForQuotesAroundAnnotations() {
        SourceError error = broken("apiVersion: v1\n"
                        + "kind: Service\n"
                        + "metadata: {name: a, annotations: {service.cilium.io/global: true}}")
                .getFirst();

        assertThat(error.message())
                .isEqualTo(
                        "shop.yaml, document 1, Service a: metadata.annotations[\"service.cilium.io/global\"] must be"
                                + " a string, but is true; put the value in quotes");
    }

    @Test
    void shouldSayWhereTextIsNoYaml() {
        List<SourceError> errors =
                broken("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\nkind: [unclosed\n");

        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.place()).isEqualTo("document 2");
            assertThat(error.rule()).contains("is not valid YAML at line ");
        });
    }

    @Test
    void shouldReportEveryMistakeOfAFile() {
        List<SourceError> errors = broken("""
            kind: Namespace
            apiVersion: v1
            metadata: {name: Shop}
            ---
            just text
            ---
            kind: Namespace
            apiVersion: v1
            metadata: {}
            ---
            {kind: Namespace, apiVersion: v1, metadata: {name: a}}
            ---
            {kind: Namespace, apiVersion: v1, metadata: {name: a}}
            """);

        assertThat(errors)
                .extracting(SourceError::place)
                .containsExactly("document 1", "document 2", "document 3", "document 5");
        assertThat(errors.getLast().rule()).isEqualTo("is in this file twice");
    }

    @Test
    void shouldRefuseAnAddressOfAnotherFamily() {
        List<SourceError> errors = broken("""
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: s}
            addressType: IPv4
            endpoints: [{addresses: ["fd00::1"]}]
            """);

        assertThat(errors.getFirst().rule()).contains("endpoints[0].addresses holds fd00::1");
    }

    @Test
    void shouldRefuseALabelThatWouldForgeAnIdentity() {
        List<SourceError> errors = broken("{kind: Pod, apiVersion: v1, metadata: {name: a, labels: {x:"
                + " \"1;k8s:io.cilium.k8s.policy.cluster=east\"}}}");

        assertThat(errors.getFirst().rule()).startsWith("metadata.labels[\"x\"]");
    }

    private Collection<KubeObject> parsed(String text) {
        Outcome outcome = parser.parse("shop.yaml", text.getBytes(StandardCharsets.UTF_8));
        assertThat(outcome).isInstanceOf(Outcome.Parsed.class);
        return ((Outcome.Parsed) outcome).objects().values();
    }

    private List<SourceError> broken(String text) {
        Outcome outcome = parser.parse("shop.yaml", text.getBytes(StandardCharsets.UTF_8));
        assertThat(outcome).isInstanceOf(Outcome.Broken.class);
        return ((Outcome.Broken) outcome).errors();
    }
}
