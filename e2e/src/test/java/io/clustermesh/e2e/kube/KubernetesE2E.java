package io.clustermesh.e2e.kube;

import static io.clustermesh.e2e.Commands.clustermesh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.clustermesh.bpf.support.BpfSupport;
import io.clustermesh.e2e.Commands;
import io.clustermesh.e2e.Commands.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What a platform engineer does with two clusters, on two real API servers: enable both, connect them, make a Service
 * global, see its remote backends in the nodes' tables and get answers from them, and part from a cluster that is down.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
final class KubernetesE2E {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Map<String, String> GLOBAL = Map.of("service.cilium.io/global", "true");

    private final boolean kernel = BpfSupport.probe() instanceof BpfSupport.Available
            && Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward"));

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Path kubeconfig = Path.of("");

    private record Side(KubeCluster cluster, Shop shop) {}

    private Side west() {
        return sides.getFirst();
    }

    private Side east() {
        return sides.getLast();
    }

    private final List<Side> sides = new ArrayList<>();

    @BeforeAll
    void begin() throws IOException {
        Path files = Files.createTempDirectory("cmk");
        for (String name : List.of("west", "east")) {
            KubeCluster cluster = KubeCluster.start(files, name, sides.size() + 1, kernel);
            Shop shop = new Shop(cluster);
            sides.add(new Side(cluster, shop));
            opened.addFirst(cluster);
            opened.addFirst(shop);
        }
        opened.addLast(() -> delete(files));
        kubeconfig = merged(files.resolve("kubeconfig"));
        if (kernel) {
            opened.addLast(PodNetwork.up(sides.stream()
                    .flatMap(side -> Stream.of(1, 2).map(side.cluster()::podAddress))
                    .toList()));
        }
        for (Side side : sides) {
            side.shop().open();
            side.shop().pods(2);
            if (kernel) {
                side.shop().answer(2);
            }
        }
    }

    @AfterAll
    void end() throws Exception {
        for (AutoCloseable part : opened) {
            part.close();
        }
    }

    @Test
    @Order(1)
    void shouldEnableBoth() {
        int id = 0;
        for (Side side : sides) {
            KubeCluster cluster = side.cluster();
            mesh(
                            "enable",
                            "--context",
                            cluster.name(),
                            "--cluster-name",
                            cluster.name(),
                            "--cluster-id",
                            Integer.toString(++id),
                            "--pod-cidr",
                            cluster.podCidr(),
                            "--service-cidr",
                            cluster.serviceCidr(),
                            "--set",
                            "nodeSync.dataPlane=" + (kernel ? "kernel" : "memory"))
                    .ok();
        }
        sides.forEach(side -> side.cluster().awaitPods(START));

        Result status = mesh("status", "--context", "west,east", "--wait", "--wait-duration", "60s", "-o", "json");

        assertThat(status.exitCode()).as(told(status)).isZero();
        assertThat(Commands.tree(status.out()).path("ready").asBoolean()).isTrue();
        assertThat(peers(status)).isEmpty();
    }

    @Test
    @Order(2)
    void shouldChangeNothingWhenEnabledAgain() {
        String before = versions(west().cluster());

        mesh("enable", "--context", "west", "--set", "nodeSync.dataPlane=" + (kernel ? "kernel" : "memory"))
                .ok();

        assertThat(versions(west().cluster())).isEqualTo(before);
    }

    @Test
    @Order(3)
    void shouldConnect() {
        Result connect = mesh("connect", "--context", "west", "--destination-context", "east");
        assertThat(connect.exitCode()).as(told(connect)).isZero();

        Result status = mesh("status", "--context", "west,east", "--wait", "--wait-duration", "60s", "-o", "json");

        assertThat(status.exitCode()).as(told(status)).isZero();
        assertThat(peers(status)).containsExactlyInAnyOrder("west reads east: true", "east reads west: true");
    }

    @Test
    @Order(4)
    void shouldServeAGlobalServiceFromBothClusters() {
        sides.forEach(side -> side.shop().annotate(GLOBAL));

        for (Side side : sides) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(backends(side))
                            .as(() -> side.cluster().report())
                            .containsExactly(
                                    "east " + east().cluster().podAddress(1) + ":8080",
                                    "east " + east().cluster().podAddress(2) + ":8080",
                                    "west " + west().cluster().podAddress(1) + ":8080",
                                    "west " + west().cluster().podAddress(2) + ":8080"));
        }
        assertThat(answers(west(), 60)).containsExactly("east", "west");
    }

    @Test
    @Order(5)
    void shouldBeAnsweredByTheOtherClusterOnceTheOwnPodsAreGone() {
        west().shop().pods(0);

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(backends(west()))
                        .containsExactly(
                                "east " + east().cluster().podAddress(1) + ":8080",
                                "east " + east().cluster().podAddress(2) + ":8080"));
        assertThat(answers(west(), 20)).containsExactly("east");

        west().shop().pods(2);
        await().atMost(SOON).untilAsserted(() -> assertThat(backends(west())).hasSize(4));
    }

    @Test
    @Order(6)
    void shouldGoOnWhileAnApiServerIsAway() {
        west().cluster().server().down();

        assertThat(answers(west(), 20)).containsExactly("east", "west");
        Result away = mesh("status", "--context", "west", "-o", "json");
        assertThat(away.exitCode()).as(told(away)).isEqualTo(1);
        assertThat(Commands.tree(away.out()).path("ready").asBoolean(true)).isFalse();

        west().cluster().server().up();
        Result back = mesh("status", "--context", "west,east", "--wait", "--wait-duration", "60s", "-o", "json");
        assertThat(back.exitCode()).as(told(back)).isZero();
    }

    @Test
    @Order(7)
    void shouldPartFromAClusterThatIsDown() {
        east().cluster().powerOff();
        await().atMost(SOON).untilAsserted(() -> {
            Result status = mesh("status", "--context", "west", "-o", "json");
            assertThat(status.exitCode()).as(told(status)).isEqualTo(1);
            assertThat(peers(status)).containsExactly("west reads east: false");
        });

        Result disconnect = mesh("disconnect", "--context", "west", "--peer", "east");
        assertThat(disconnect.exitCode()).as(told(disconnect)).isZero();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(backends(west()))
                        .containsExactly(
                                "west " + west().cluster().podAddress(1) + ":8080",
                                "west " + west().cluster().podAddress(2) + ":8080"));
        Result status = mesh("status", "--context", "west", "--wait", "--wait-duration", "60s", "-o", "json");
        assertThat(status.exitCode()).as(told(status)).isZero();
        assertThat(peers(status)).isEmpty();
        assertThat(answers(west(), 20)).containsExactly("west");
    }

    @Test
    @Order(8)
    void shouldLeaveNothingBehind() {
        Result disable = mesh("disable", "--context", "west");
        assertThat(disable.exitCode()).as(told(disable)).isZero();

        assertThat(west().cluster().objects()).isEmpty();
    }

    private Result mesh(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--kubeconfig", kubeconfig.toString()));
        return clustermesh(all);
    }

    private String told(Result result) {
        return "%s ended with %d%n%s%n%s%n%s"
                .formatted(
                        result.command(),
                        result.exitCode(),
                        result.out(),
                        result.err(),
                        String.join(
                                "\n",
                                sides.stream()
                                        .map(side -> side.cluster().report())
                                        .toList()));
    }

    private static List<String> peers(Result status) {
        List<String> peers = new ArrayList<>();
        for (JsonNode cluster : Commands.tree(status.out()).path("clusters")) {
            for (JsonNode peer : cluster.path("peers")) {
                peers.add("%s reads %s: %s"
                        .formatted(
                                cluster.path("name").asText(),
                                peer.path("peer").asText(),
                                peer.path("ready").asText()));
            }
        }
        return peers;
    }

    /** The backends of {@code shop/echo} in the tables of the cluster's node, each with its cluster. */
    private static List<String> backends(Side side) {
        TreeSet<String> backends = new TreeSet<>();
        for (JsonNode frontend : side.cluster().tables().orElseThrow().path("frontends")) {
            for (JsonNode slot : frontend.path("slots")) {
                for (JsonNode backend : slot.path("backends")) {
                    backends.add(backend.at("/cluster/name").asText() + " "
                            + backend.path("address").path("text").asText().replaceAll("/.*", ""));
                }
            }
        }
        return List.copyOf(backends);
    }

    /** Who answers {@code times} requests of a client on the cluster's node; without a kernel, who would be chosen. */
    private List<String> answers(Side side, int times) {
        TreeSet<String> clusters = new TreeSet<>();
        for (int i = 0; i < times; i++) {
            clusters.add(
                    kernel
                            ? side.cluster().ask(side.shop().clusterIp())
                            : side.cluster().pick(side.shop().clusterIp(), i));
        }
        return List.copyOf(clusters);
    }

    private static String versions(KubeCluster cluster) {
        return String.join("\n", cluster.objects());
    }

    /** One kubeconfig with a context for each cluster, as people have it. */
    private Path merged(Path file) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        ObjectNode all = yaml.createObjectNode().put("apiVersion", "v1").put("kind", "Config");
        for (Side side : sides) {
            String name = side.cluster().name();
            JsonNode one = yaml.readTree(side.cluster().server().kubeconfig().toFile());
            ((ObjectNode) one.at("/users/0")).put("name", name + "-admin");
            ((ObjectNode) one.at("/contexts/0/context")).put("user", name + "-admin");
            for (String list : List.of("clusters", "users", "contexts")) {
                ArrayNode to = all.withArray("/" + list);
                StreamSupport.stream(one.path(list).spliterator(), false).forEach(to::add);
            }
        }
        Files.writeString(file, yaml.writeValueAsString(all));
        return file;
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
