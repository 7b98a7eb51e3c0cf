package io.clustermesh.e2e;

import static io.clustermesh.e2e.Commands.clustermesh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.clustermesh.e2e.Commands.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Three clusters with a pod each, and a client in west: from an annotation, or a drain, to the requests that arrive.
 * The last test breaks a pod, since missing endpoints are what a spillover is about.
 */
@TestMethodOrder(OrderAnnotation.class)
class BalancingE2E {

    private static final String RIG = "bal";
    private static final Path CLUSTERS = Path.of("/run/clustermesh", RIG, "clusters");
    private static final Duration SOON = Duration.ofSeconds(30);

    @BeforeAll
    static void bringUp() {
        Prerequisites.assumeKernelDataPlane();
        clustermesh("rig", "down", "--name", RIG).ok();
        clustermesh("rig", "up", "--name", RIG, "--clusters", "west,east,eu", "--nodes", "1", "--connect")
                .ok();
        clustermesh("status", "--wait", "--home", CLUSTERS.toString()).ok();
    }

    @AfterAll
    static void takeDown() {
        clustermesh("rig", "down", "--name", RIG);
    }

    @Test
    @Order(1)
    void shouldGiveTenThousandRequestsSeventyToThirty() throws IOException {
        annotate("clustermesh.io/weights: \"west=70,east=30\"");
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(400)).containsOnlyKeys("west", "east"));

        Map<String, Double> shares = shares(10_000);

        assertThat(shares.getOrDefault("west", 0.0)).as("%s", shares).isEqualTo(0.70, within(0.02));
        assertThat(shares.getOrDefault("east", 0.0)).as("%s", shares).isEqualTo(0.30, within(0.02));
    }

    @Test
    @Order(2)
    void shouldFollowTheOrderOfThreeClusters() throws IOException {
        annotate("clustermesh.io/order: \"eu,east,west\"");
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(100)).containsOnlyKeys("eu"));

        clustermesh("rig", "scale", "--name", RIG, "eu/shop/echo", "0").ok();
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(100)).containsOnlyKeys("east"));

        clustermesh("rig", "scale", "--name", RIG, "east/shop/echo", "0").ok();
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(100)).containsOnlyKeys("west"));

        clustermesh("rig", "scale", "--name", RIG, "east/shop/echo", "2").ok();
        clustermesh("rig", "scale", "--name", RIG, "eu/shop/echo", "2").ok();
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(100)).containsOnlyKeys("eu"));
    }

    @Test
    @Order(3)
    void shouldDrainAClusterForTheClientsOfOneAndGiveItBack() throws IOException {
        annotate("clustermesh.io/order: \"east,west,eu\"");
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(100)).containsOnlyKeys("east"));

        clustermesh("drain", "east", "--in", "west", "--ramp", "5s", "--home", CLUSTERS.toString())
                .ok();
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(100)).containsOnlyKeys("west"));
        Result list = clustermesh("drain", "--home", CLUSTERS.toString());
        assertThat(list.ok().out()).containsPattern("(?m)^west +east +all +0 %");

        clustermesh("undrain", "east", "--in", "west", "--home", CLUSTERS.toString())
                .ok();
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(100)).containsOnlyKeys("east"));
    }

    @Test
    @Order(4)
    void shouldSayWhatIsWrongWithAnAnnotationAndGoOnWithoutIt() throws IOException {
        annotate("clustermesh.io/order: \"east,west,eu\", clustermesh.io/weights: \"west=-1\"");

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(clustermesh("events", "--home", CLUSTERS.toString())
                                .out())
                        .contains("BadWeights", "negative"));
        assertThat(shares(100)).containsOnlyKeys("east");
    }

    @Test
    @Order(5)
    void shouldSpillOverBelowTheThresholdInProportion() throws IOException {
        clustermesh("rig", "scale", "--name", RIG, "west/shop/echo", "2").ok();
        annotate("clustermesh.io/order: \"west,east,eu\", clustermesh.io/spillover: \"60%\"");
        await().atMost(SOON).untilAsserted(() -> assertThat(shares(100)).containsOnlyKeys("west"));

        clustermesh("rig", "kill", "--name", RIG, "west/echo-1").ok();

        await().atMost(SOON).untilAsserted(() -> assertThat(shares(400)).containsOnlyKeys("west", "east"));
        assertThat(shares(4000).getOrDefault("west", 0.0))
                .as("half of its backends are healthy, 60 %% would take all")
                .isEqualTo(0.5 / 0.6, within(0.03));
    }

    /** Puts annotations, in YAML's flow style, beside those of west's Service, and no affinity. */
    private static void annotate(String annotations) throws IOException {
        Path service = fileWith(CLUSTERS.resolve("west/manifests"), "kind: Service");
        String text = Files.readString(service);
        String block = "service.cilium.io/global: \"true\", " + annotations;
        String next = text.replaceAll("(?m)^  annotations:.*\\n(    .*\\n)*", "  annotations: {" + block + "}\n");
        assertThat(next).contains(block);
        Path draft = service.resolveSibling("." + service.getFileName() + ".next");
        Files.writeString(draft, next);
        Files.move(draft, service, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path fileWith(Path folder, String text) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                    .filter(file -> read(file).contains(text))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Which part of new connections each cluster answers; "failed" for those that nobody does. */
    private static Map<String, Double> shares(int requests) {
        // one curl, but a connection for each request, since the answer is asked to close it
        Result answers = clustermesh(
                "rig",
                "exec",
                "--name",
                RIG,
                "west/client",
                "--",
                "curl",
                "-s",
                "-m",
                "120",
                "-H",
                "Connection: close",
                "http://10.101.0.10/[1-" + requests + "]");
        Map<String, Double> shares = new TreeMap<>();
        int answered = 0;
        for (String cluster : List.of("west", "east", "eu")) {
            int count = answers.out().split("\"cluster\":\"" + cluster + "\"", -1).length - 1;
            answered += count;
            if (count > 0) {
                shares.put(cluster, (double) count / requests);
            }
        }
        if (answered < requests) {
            shares.put("failed", (double) (requests - answered) / requests);
        }
        return shares;
    }
}
