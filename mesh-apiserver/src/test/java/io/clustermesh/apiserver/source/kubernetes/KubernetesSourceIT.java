package io.clustermesh.apiserver.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.source.KindStatus;
import io.clustermesh.apiserver.source.KindStatus.State;
import io.clustermesh.apiserver.source.KubeEndpointSlice;
import io.clustermesh.apiserver.source.KubeObject.Kind;
import io.clustermesh.apiserver.source.KubePod;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The source and a real API server that goes away, forgets, and learns new kinds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubernetesSourceIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    private static final String SERVICE = """
            apiVersion: v1
            kind: Service
            metadata:
              name: cart
              namespace: %s
              annotations: {service.cilium.io/global: "true", kubectl.kubernetes.io/last-applied-configuration: "{}"}
            spec:
              selector: {app: cart}
              ports: [{name: http, port: 80, targetPort: 8080}]
            """;

    private static final String SLICE = """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: %2$s, namespace: %1$s, labels: {kubernetes.io/service-name: cart%3$s}}
            addressType: IPv4
            ports: [{name: http, port: 8080}]
            endpoints: [{addresses: [10.3.1.15], nodeName: worker-1, conditions: {ready: true}}]
            """;

    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %2$s, namespace: %1$s, labels: {app: cart}, annotations: {noise: "yes"}}
            spec:
              nodeName: worker-1
              containers: [{name: c, image: none, ports: [{name: http, containerPort: 8080}]}]
            status: {phase: %3$s, podIPs: [{ip: 10.3.1.15}], podIP: 10.3.1.15}
            """;

    private final Cluster cluster = Cluster.start("west");
    private final Heard heard = new Heard();
    private Lifecycle lifecycle = new Lifecycle("test", Clock.system());
    private int tests;
    private String namespace = "";

    @BeforeEach
    void namespaceOfItsOwn() {
        lifecycle = new Lifecycle("test", Clock.system());
        namespace = "shop-" + ++tests;
        cluster.create("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n".formatted(namespace));
    }

    @AfterEach
    void stop() {
        lifecycle.close();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void shouldKeepOnlyWhatTheMeshUses() {
        cluster.create(SERVICE.formatted(namespace));
        cluster.create(POD.formatted(namespace, "cart-1", "Running"));
        start();

        await().atMost(LONG).until(() -> heard.names().contains("Pod " + namespace + "/cart-1"));
        assertThat(heard.object("Pod " + namespace + "/cart-1")).isInstanceOfSatisfying(KubePod.class, pod -> {
            assertThat(pod.meta().annotations()).isEmpty();
            assertThat(pod.meta().labels()).isEqualTo(Map.of("app", "cart"));
            assertThat(pod.meta().creation().uid()).isNotEmpty();
            assertThat(pod.placement().node()).isEqualTo("worker-1");
            assertThat(pod.namedPorts()).hasSize(1);
        });
        await().atMost(LONG).until(() -> heard.names().contains("Service " + namespace + "/cart"));
        assertThat(heard.object("Service " + namespace + "/cart"))
                .isInstanceOfSatisfying(KubeService.class, service -> {
                    assertThat(service.meta().annotations()).containsOnlyKeys("service.cilium.io/global");
                    assertThat(service.clusterIps()).hasSize(1);
                });
    }

    @Test
    void shouldNotTellWhatDoesNotConcernTheMesh() {
        cluster.create(POD.formatted(namespace, "cart-1", "Running"));
        start();
        await().atMost(LONG).until(() -> heard.names().contains("Pod " + namespace + "/cart-1"));
        int before = heard.changes();

        cluster.replace(POD.formatted(namespace, "cart-1", "Running").replace("noise: \"yes\"", "noise: \"more\""));
        cluster.create(POD.formatted(namespace, "cart-2", "Running"));

        await().atMost(LONG).until(() -> heard.names().contains("Pod " + namespace + "/cart-2"));
        assertThat(heard.changes()).as("changes since").isLessThanOrEqualTo(before + 2);
    }

    @Test
    void shouldForgetAPodThatIsOver() {
        cluster.create(POD.formatted(namespace, "job-1", "Running"));
        start();
        await().atMost(LONG).until(() -> heard.names().contains("Pod " + namespace + "/job-1"));

        cluster.replace(POD.formatted(namespace, "job-1", "Succeeded"));

        await().atMost(LONG).until(() -> !heard.names().contains("Pod " + namespace + "/job-1"));
    }

    @Test
    void shouldLeaveOutSlicesThatTheMeshWrote() {
        String managed = ", endpointslice.kubernetes.io/managed-by: %s";
        cluster.create(
                SLICE.formatted(namespace, "ours", managed.formatted("endpointslice-controller.clustermesh.io")));
        cluster.create(
                SLICE.formatted(namespace, "ciliums", managed.formatted("endpointslice-mesh-controller.cilium.io")));
        cluster.create(SLICE.formatted(namespace, "theirs", managed.formatted("endpointslice-controller.k8s.io")));
        cluster.create(SLICE.formatted(namespace, "bare", ""));
        start();

        await().atMost(LONG).until(() -> heard.synced().contains(Kind.ENDPOINT_SLICE));
        assertThat(heard.names())
                .contains("EndpointSlice " + namespace + "/theirs", "EndpointSlice " + namespace + "/bare")
                .doesNotContain("EndpointSlice " + namespace + "/ours", "EndpointSlice " + namespace + "/ciliums");
        assertThat(heard.object("EndpointSlice " + namespace + "/bare"))
                .isInstanceOfSatisfying(
                        KubeEndpointSlice.class,
                        slice -> assertThat(slice.endpoints()).hasSize(1));
    }

    @Test
    void shouldReadListsOfSeveralPages() {
        for (int i = 0; i < 30; i++) {
            cluster.create(POD.formatted(namespace, "cart-" + i, "Running"));
        }
        start();

        await().atMost(LONG)
                .until(() -> heard.names().stream()
                                .filter(name -> name.startsWith("Pod " + namespace))
                                .count()
                        == 30);
    }

    @Test
    void shouldGoOnAfterARestartOfTheApiServer() {
        KubernetesSource source = start();
        await().atMost(LONG).until(() -> heard.synced().equals(EnumSet.allOf(Kind.class)));
        cluster.server().down();
        await().atMost(LONG).until(() -> state(source, "Pod") == State.FAILING);
        assertThat(source.status().errors()).isNotEmpty();
        assertThat(source.status().synced()).isTrue();

        cluster.server().up();
        cluster.create(POD.formatted(namespace, "late", "Running"));

        await().atMost(LONG).until(() -> heard.names().contains("Pod " + namespace + "/late"));
        await().atMost(LONG).until(() -> source.status().errors().isEmpty());
    }

    @Test
    void shouldNoticeWhatWentWhileHistoryWasLost() {
        cluster.create(POD.formatted(namespace, "victim", "Running"));
        cluster.create(POD.formatted(namespace, "stays", "Running"));
        KubernetesSource source = start();
        await().atMost(LONG).until(() -> heard.names().contains("Pod " + namespace + "/stays"));
        await().atMost(LONG).until(() -> state(source, "Pod") == State.WATCHING);
        long lists = kind(source, "Pod").lists();

        cluster.server().down();
        cluster.inEtcd(List.of(new Txn.Op.Delete("/registry/pods/" + namespace + "/victim")));
        cluster.server().up(); // it remembers nothing older than its own start, so our position is gone

        await().atMost(LONG).until(() -> !heard.names().contains("Pod " + namespace + "/victim"));
        assertThat(heard.names()).contains("Pod " + namespace + "/stays");
        assertThat(kind(source, "Pod").lists()).isGreaterThan(lists);
    }

    @Test
    void shouldNoticeAKindThatComesAndGoes() {
        KubernetesSource source = start();
        await().atMost(LONG).until(() -> state(source, "ServiceExport") == State.ABSENT);
        assertThat(source.status().synced()).isTrue();

        cluster.define(Cluster.SERVICE_EXPORTS);
        cluster.create("""
                apiVersion: multicluster.x-k8s.io/v1alpha1
                kind: ServiceExport
                metadata: {name: cart, namespace: %s}
                """.formatted(namespace));
        await().atMost(LONG).until(() -> heard.names().contains("ServiceExport " + namespace + "/cart"));

        cluster.delete(Cluster.SERVICE_EXPORTS);
        await().atMost(LONG).until(() -> !heard.names().contains("ServiceExport " + namespace + "/cart"));
        await().atMost(LONG).until(() -> state(source, "ServiceExport") == State.ABSENT);
    }

    private KubernetesSource start() {
        KubernetesSource source =
                new KubernetesSource(lifecycle.own("connection", cluster.connection()), lifecycle.clock());
        source.start(heard, lifecycle);
        await().atMost(LONG).until(() -> source.status().synced());
        return source;
    }

    private static State state(KubernetesSource source, String kind) {
        return kind(source, kind).state();
    }

    private static KindStatus kind(KubernetesSource source, String kind) {
        return source.status().kinds().stream()
                .filter(each -> each.kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }
}
