package io.clustermesh.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.cli.ClusterMesh;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.store.admin.AdminApi;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.admin.EventFeed;
import io.clustermesh.store.admin.Problem;
import io.clustermesh.store.admin.ProblemException;
import io.clustermesh.store.admin.Route;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands against two replicas of which one is dead. */
@Timeout(60)
class ReplicasTest {

    private static final int IDENTITIES = 2_500;

    @TempDir
    private Path folder = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Metrics metrics = new Metrics();
    private final List<AdminServer> servers = new ArrayList<>();

    /** Three warnings, always the same. */
    private static final class ThreeEvents implements EventFeed {
        @Override
        public Batch after(String id, int most) {
            return new Batch(
                    IntStream.rangeClosed(id.isEmpty() ? 1 : Integer.parseInt(id) + 1, 3)
                            .mapToObj(n -> new Item(
                                    Integer.toString(n),
                                    Map.of(
                                            "count",
                                            n,
                                            "last",
                                            "2026-01-01T00:00:00Z",
                                            "warning",
                                            Map.of(
                                                    "subject", "peer east",
                                                    "reason", "Refused",
                                                    "message", "it may not"))))
                            .toList(),
                    false);
        }

        @Override
        public AutoCloseable onNew(Runnable listener) {
            return () -> {};
        }
    }

    @BeforeEach
    void makeCluster() throws IOException {
        Path west = folder.resolve("west");
        for (String name : List.of("conf/mesh-apiserver-0.yaml", "conf/mesh-apiserver-1.yaml", "peers/east.yaml")) {
            Files.createDirectories(west.resolve(name).resolveSibling("."));
            Files.writeString(west.resolve(name), "");
        }
        Files.writeString(
                west.resolve(ClusterHome.FILE),
                "name: west\nid: 1\npodCidrs: [10.1.0.0/16]\nserviceCidrs: []\nendpoint: https://10.0.0.1:2379\n");
    }

    @AfterEach
    void stop() {
        servers.forEach(AdminServer::close);
        metrics.close();
    }

    private void start(String replica, Map<String, Object> connection) {
        servers.add(AdminServer.start(
                AdminListeners.on(folder.resolve("west/run").resolve(replica + ".sock")),
                new AdminApi(
                        new Health(),
                        metrics,
                        List.of(
                                Route.of(
                                        "/v1/identities",
                                        java.util.Set.of("limit", "continue", "label"),
                                        ReplicasTest::page),
                                new Route("/v1/identities/{id}", Optional.empty(), ReplicasTest::identity),
                                new Route(
                                        "/v1/connections",
                                        Optional.empty(),
                                        query -> Map.of(
                                                "source", Map.of("replica", replica), "items", List.of(connection))),
                                new Route("/v1/status", Optional.empty(), query -> Map.of()),
                                new Route(
                                        "/v1/events",
                                        Optional.empty(),
                                        query -> Map.of("replica", replica, "items", List.of()))),
                        Optional.of(new ThreeEvents()),
                        Optional.empty()),
                Optional.empty()));
    }

    private static Object page(Map<String, String> query) {
        int from = Integer.parseInt(query.getOrDefault("continue", "0"));
        int to = Math.min(IDENTITIES, from + Integer.parseInt(query.getOrDefault("limit", "100")));
        List<Object> items = new ArrayList<>();
        IntStream.range(from, to).forEach(n -> items.add(row(n)));
        return Map.of(
                "items", items, "continue", to < IDENTITIES ? Optional.of(Integer.toString(to)) : Optional.empty());
    }

    private static Map<String, Object> row(int id) {
        return Map.of("id", id, "cluster", "west", "labels", List.of("k8s:app=cart"), "age", "PT2S");
    }

    private static Object identity(Map<String, String> parameters) {
        int id = Integer.parseInt(parameters.getOrDefault("id", "-1"));
        if (id >= IDENTITIES) {
            throw new ProblemException(new Problem.NotFound("no cluster has identity " + id));
        }
        return row(id);
    }

    private static Map<String, Object> connection(String owner, boolean ready, String age) {
        return Map.of(
                "cluster",
                "east",
                "owner",
                owner,
                "ready",
                ready,
                "state",
                ready ? "READY" : "STALE",
                "age",
                age,
                "lag",
                Map.of("lastChange", "PT0.0035S"),
                "resources",
                List.of(),
                "failures",
                0);
    }

    private int run(String... command) {
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--home", folder.toString()));
        return ClusterMesh.run(new Context(console, Clock.system(), folder), words.toArray(String[]::new));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldListEverythingAndNameTheReplicaThatIsSilent() throws IOException {
        start("mesh-apiserver-1", connection("mesh-apiserver-1", true, "PT1S"));

        assertThat(run("identity", "list")).isZero();
        assertThat(said().lines()).hasSize(IDENTITIES + 1);
        assertThat(said()).contains("SEEN BY", "AGE", "k8s:app=cart", "2.0 s");
        assertThat(complained()).contains("mesh-apiserver-0 of west does not answer");

        assertThat(run("identity", "list", "-o", "json")).isZero();
        assertThat(AdminJson.mapper().readTree(said()).at("/identities/west")).hasSize(IDENTITIES);
    }

    @Test
    void shouldFailAlikeInBothFormsIfNobodyAnswers() {
        assertThat(run("identity", "list")).isEqualTo(1);
        assertThat(run("identity", "list", "-o", "json")).isEqualTo(1);
        assertThat(run("node", "list")).isEqualTo(1);
        assertThat(run("endpoint", "list", "-o", "json")).isEqualTo(1);
        assertThat(run("service", "list")).isEqualTo(1);
        assertThat(run("events")).isEqualTo(1);
        assertThat(complained()).contains("mesh-apiserver-0 of west", "mesh-apiserver-1 of west");
    }

    @Test
    void shouldGetOneIdentityOrSayWhoDoesNotKnowIt() {
        start("mesh-apiserver-0", connection("mesh-apiserver-1", true, "PT1S"));

        assertThat(run("identity", "get", "7")).isZero();
        assertThat(said()).contains("west", "k8s:app=cart");
        assertThat(run("identity", "get", "99999")).isEqualTo(1);
        assertThat(complained()).contains("no cluster has identity 99999");
    }

    @Test
    void shouldBelieveTheReplicaThatHoldsTheConnection() {
        start("mesh-apiserver-0", connection("mesh-apiserver-1", true, "PT1S"));
        start("mesh-apiserver-1", connection("mesh-apiserver-1", false, "PT50S"));

        assertThat(new Replicas(ClusterHome.read(folder.resolve("west"))).connections())
                .hasEntrySatisfying(
                        "east",
                        connection ->
                                assertThat(connection.path("state").asText()).isEqualTo("STALE"));
        assertThat(run("status")).isEqualTo(1);
        assertThat(said()).contains("HELD BY", "mesh-apiserver-1", "STALE", "50.0 s", "3.5 ms");
    }

    @Test
    void shouldShowADeadReplicaAsSuchAndThePeersAllTheSame() {
        start("mesh-apiserver-1", connection("mesh-apiserver-1", true, "PT1S"));

        assertThat(run("status")).isEqualTo(1);
        assertThat(said().lines().filter(line -> line.contains("mesh-apiserver-0")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("NO", "does not answer"));
        assertThat(said()).contains("READY");
    }

    @Test
    void shouldFollowEvents() {
        start("mesh-apiserver-0", connection("mesh-apiserver-0", true, "PT1S"));

        assertThat(run("events", "--follow", "--count", "3")).isZero();
        assertThat(said().lines())
                .hasSize(3)
                .allMatch(line -> line.contains("west  mesh-apiserver-0") && line.contains("it may not"));
        assertThat(complained()).contains("mesh-apiserver-1 of west does not answer");
    }
}
