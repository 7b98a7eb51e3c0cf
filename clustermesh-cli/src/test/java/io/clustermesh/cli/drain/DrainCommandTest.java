package io.clustermesh.cli.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.cli.ClusterMesh;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.store.admin.AdminApi;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.admin.AdminServer;
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
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands against two clusters, of which one has a dead replica; what they were asked is noted. */
@Timeout(60)
class DrainCommandTest {

    private static final Set<String> QUERY = Set.of("node", "rampSeconds");

    @TempDir
    private Path folder = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Metrics metrics = new Metrics();
    private final List<AdminServer> servers = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeEach
    void makeClusters() throws IOException {
        cluster("east", 2, List.of("mesh-apiserver"), "mesh-apiserver");
        cluster("west", 1, List.of("mesh-apiserver-0", "mesh-apiserver-1"), "mesh-apiserver-1");
    }

    @AfterEach
    void stop() {
        servers.forEach(AdminServer::close);
        metrics.close();
    }

    @Test
    void shouldTellEveryClusterThatItSees() {
        assertThat(run("drain", "east", "--ramp", "5m")).isZero();

        assertThat(asked).containsExactly("east PUT east/ 300", "west PUT east/ 300");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("ok   east: keeps 100 % of its share and goes to 0 % in 300 s")
                .contains("ok   west:");
    }

    @Test
    void shouldTellOnlyThoseThatAreNamedAndSpeakOfANode() {
        assertThat(run("drain", "east", "--node", "east-n1", "--in", "west")).isZero();
        assertThat(run("undrain", "east", "--node", "east-n1", "--in", "west", "--ramp", "60s"))
                .isZero();

        assertThat(asked).containsExactly("west PUT east/east-n1 0", "west DELETE east/east-n1 60");
    }

    @Test
    void shouldFailIfOneClusterDoesNotTakeIt() {
        assertThat(run("drain", "mars")).isEqualTo(1);

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("FAIL east: no cluster mars");
    }

    @Test
    void shouldShowWhatIsDrained() {
        assertThat(run("drain", "--in", "west")).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8).lines().toList())
                .satisfiesExactly(
                        header -> assertThat(header).contains("FOR CLIENTS OF", "KEEPS"),
                        row -> assertThat(row).contains("west", "east", "all", "35 %", "0 %", "60 s"));
    }

    @Test
    void shouldRefuseWhatIsNoClusterAndNoTime() {
        assertThat(run("drain", "east", "--in", "mars")).isEqualTo(1);
        assertThat(run("drain", "east", "--ramp", "soon")).isEqualTo(1);

        assertThat(asked).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--in names [mars]", "no length of time");
    }

    private void cluster(String name, int id, List<String> replicas, String alive) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                home.resolve("cluster.yaml"),
                "name: %s\nid: %d\npodCidrs: [10.%2$d.0.0/16]\nserviceCidrs: []\nendpoint: https://10.0.0.1:2379\n"
                        .formatted(name, id));
        Files.createDirectories(home.resolve("conf"));
        Files.createDirectories(home.resolve("run"));
        for (String replica : replicas) {
            Files.writeString(home.resolve("conf/" + replica + ".yaml"), "");
        }
        servers.add(AdminServer.start(
                AdminListeners.on(home.resolve("run/" + alive + ".sock")),
                new AdminApi(
                        new Health(),
                        metrics,
                        List.of(
                                Route.of("/v1/drains", Set.of(), query -> Map.of("items", List.of(drain("east", 35)))),
                                Route.of("PUT", "/v1/drains/{cluster}", QUERY, query -> change(name, "PUT", query)),
                                Route.of(
                                        "DELETE",
                                        "/v1/drains/{cluster}",
                                        QUERY,
                                        query -> change(name, "DELETE", query))),
                        Optional.empty(),
                        Optional.empty()),
                Optional.empty()));
    }

    private Object change(String teller, String method, Map<String, String> query) {
        String cluster = query.getOrDefault("cluster", "");
        if (cluster.equals("mars")) {
            throw new ProblemException(new Problem.NotFound("no cluster mars"));
        }
        asked.add("%s %s %s/%s %s"
                .formatted(
                        teller,
                        method,
                        cluster,
                        query.getOrDefault("node", ""),
                        query.getOrDefault("rampSeconds", "?")));
        return drain(cluster, 100, Long.parseLong(query.getOrDefault("rampSeconds", "0")));
    }

    private static Map<String, Object> drain(String cluster, int keep) {
        return drain(cluster, keep, 60);
    }

    private static Map<String, Object> drain(String cluster, int keep, long rampSeconds) {
        return Map.of(
                "cluster",
                cluster,
                "node",
                "",
                "keepPercent",
                keep,
                "toPercent",
                0,
                "since",
                "2026-05-04T08:00:00Z",
                "rampSeconds",
                rampSeconds);
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--home");
        all.add(folder.toString());
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        return ClusterMesh.run(new Context(console, Clock.system(), folder), all.toArray(String[]::new));
    }
}
