package io.clustermesh.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clustermesh.apiserver.MeshApiserver;
import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.kube.testing.KubeApiServer;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.testing.EtcdServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * mesh-apiserver with the rights that the chart gives it and no others, at a real API server: with all of them nothing is
 * refused, and with any one of them taken away it says what it can't do any more. So none is missing, and none superfluous.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubernetesRbacIT {

    private static final String NAMESPACE = KubeCluster.NAMESPACE;
    private static final String ACCOUNT = "clustermesh-apiserver";
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a peer says of the Service, as its mirror keeps it. */
    private static final String REMOTE_KEY = "cilium/cache/services/v1/east/shop/echo";

    private static final String REMOTE = """
            {"cluster":"east","namespace":"shop","name":"echo","frontends":{},"backends":{"10.72.0.%d":{"http":{"Protocol":"TCP","Port":8080}}},"labels":{},"selector":{},"includeExternal":true,"shared":true,"clusterID":2}""";

    private final KubeApiServer server = KubeApiServer.start("rbac");
    private final EtcdServer etcd = EtcdServer.start();
    private final KvStore store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
    private Lifecycle lifecycle = new Lifecycle("test", Clock.system());

    private final TreeSet<String> problems = new TreeSet<>();

    @TempDir
    Path home = Path.of("");

    @BeforeAll
    void begin() {
        for (String kind : KubeObjects.DEFINITIONS) {
            apply(kind);
        }
        apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n".formatted(NAMESPACE));
        KubeObjects.SHOP.forEach(this::apply);
    }

    /** A home for each start, since each test has a folder of its own. */
    @BeforeEach
    void home() throws IOException {
        problems.clear();
        for (String part : List.of("trust", "peers", "run", "conf")) {
            Files.createDirectories(home.resolve(part));
        }
        ClusterPki.issueAll(home, new ClusterName("west"), AlternativeNames.LOOPBACK, Clock.system());
        Files.writeString(home.resolve("cluster.yaml"), """
                name: west
                id: 1
                meshSize: 255
                podCidrs: [10.71.0.0/16]
                serviceCidrs: [10.96.0.0/16]
                endpoint: https://127.0.0.1:2379
                """);
    }

    @AfterEach
    void stop() throws Exception {
        lifecycle.close();
        server.admin()
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace("shop")
                .withLabel("multicluster.kubernetes.io/source-cluster")
                .delete();
        server.admin().events().v1().events().inNamespace("shop").delete();
    }

    @AfterAll
    void end() {
        store.close();
        etcd.close();
        server.close();
    }

    static List<Rule> rules() {
        return Rule.shipped(NAMESPACE, Rule.everything());
    }

    @Test
    void shouldDoEverythingWithTheShippedRights() throws Exception {
        start(List.of());

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(kinds("WATCHING")).containsExactlyInAnyOrderElementsOf(read()));
        exercise();
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(slices()).isEmpty();
            assertThat(status().at("/sink/events/written").asInt()).isGreaterThanOrEqualTo(2);
        });
        assertThat(problems()).isEmpty();
    }

    @ParameterizedTest(name = "without {0}")
    @MethodSource("rules")
    void shouldSayWhatItCanNotDoWithout(Rule rule) throws Exception {
        start(List.of(rule));

        await().atMost(SOON)
                .until(() -> !kinds("LISTING").isEmpty() || !kinds("WATCHING").isEmpty());
        exercise();

        await("a problem that names " + rule)
                .atMost(SOON)
                .untilAsserted(() -> assertThat(problems())
                        .as("what is refused without %s", rule)
                        .anySatisfy(problem -> assertThat(problem).contains(rule.resource())));
    }

    /** Something for every right: a warning on a Service, twice, and a peer's backends that come, change and go. */
    private void exercise() throws InterruptedException {
        annotate("clustermesh.io/weights", "nonsense");
        publish(5);
        settle(1, 5);
        annotate("clustermesh.io/weights", "west=50,east=50");
        publish(6);
        settle(1, 6);
        annotate("clustermesh.io/weights", "nonsense");
        store.commit(new Txn(List.of(), List.of(new Txn.Op.Delete(REMOTE_KEY))));
    }

    private void publish(int host) {
        byte[] value = REMOTE.formatted(host).getBytes(StandardCharsets.UTF_8);
        store.commit(new Txn(List.of(), List.of(new Txn.Op.Put(REMOTE_KEY, value, Optional.empty()))));
    }

    /** Waits until the slices are as they should be, or writing them was refused. */
    private void settle(int count, int host) {
        await().atMost(SOON)
                .until(() -> !problems().isEmpty()
                        || slices().size() == count && slices().toString().contains("10.72.0." + host));
    }

    private void start(List<Rule> missing) throws IOException {
        Rule.without(missing, NAMESPACE, Rule.everything()).forEach(this::apply);
        lifecycle = new Lifecycle("mesh-apiserver", Clock.system());
        MeshApiserver.start(
                Settings.of(home.resolve("conf/mesh-apiserver.yaml"), """
                        home: %s
                        source: {kind: kubernetes, kubeconfig: %s}
                        etcd: {endpoint: "%s"}
                        api: {host: 127.0.0.1, port: 0}
                        sink: {eventsAgain: 1ms}
                        leader: {ttl: 2s}
                        """.formatted(
                                home, server.kubeconfigOf(NAMESPACE, ACCOUNT), etcd.endpoint())),
                lifecycle);
    }

    private JsonNode status() {
        try {
            return JSON.readTree(AdminClient.get(home.resolve("run/mesh-apiserver.sock"), "/v1/status")
                    .body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> kinds(String state) {
        TreeSet<String> kinds = new TreeSet<>();
        for (JsonNode kind : status().at("/source/kinds")) {
            if (kind.path("state").asText().equalsIgnoreCase(state)) {
                kinds.add(kind.path("kind").asText());
            }
        }
        return List.copyOf(kinds);
    }

    private List<String> read() {
        TreeSet<String> kinds = new TreeSet<>();
        status().at("/source/kinds").forEach(kind -> kinds.add(kind.path("kind").asText()));
        assertThat(kinds).hasSizeGreaterThanOrEqualTo(6);
        return List.copyOf(kinds);
    }

    /**
     * Everything that mesh-apiserver has said so far it may not, or can't, do. A problem goes when nobody asks any more for
     * what was refused, so what was seen once counts.
     */
    private List<String> problems() {
        JsonNode status = status();
        status.at("/source/kinds").forEach(kind -> add(kind.path("problem")));
        add(status.at("/sink/events/problem"));
        add(status.at("/sink/slices/problem"));
        return List.copyOf(problems);
    }

    private void add(JsonNode problem) {
        if (problem.isTextual()) {
            problems.add(problem.asText());
        }
    }

    private List<HasMetadata> slices() {
        return List.copyOf(server.admin()
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace("shop")
                .withLabel("multicluster.kubernetes.io/source-cluster", "east")
                .list()
                .getItems());
    }

    private void annotate(String annotation, String value) {
        server.admin().services().inNamespace("shop").withName("echo").edit(service -> {
            service.getMetadata()
                    .setAnnotations(Map.of(
                            "service.cilium.io/global",
                            "true",
                            "service.cilium.io/global-sync-endpoint-slices",
                            "true",
                            annotation,
                            value));
            return service;
        });
    }

    private void apply(String yaml) {
        server.admin().resource(yaml).fieldManager("test").forceConflicts().serverSideApply();
    }
}
