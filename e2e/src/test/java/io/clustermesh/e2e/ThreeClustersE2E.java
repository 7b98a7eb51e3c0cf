package io.clustermesh.e2e;

import static io.clustermesh.e2e.Commands.clustermesh;
import static io.clustermesh.e2e.Commands.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.e2e.Commands.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Three clusters, each connected with both others and with two mesh-apiservers: what one says reaches all, nobody passes
 * on what another said, and no replica is missed.
 */
@TestMethodOrder(OrderAnnotation.class)
class ThreeClustersE2E {

    private static final String RIG = "tri";
    private static final Path CLUSTERS = Path.of("/run/clustermesh", RIG, "clusters");
    private static final Duration SOON = Duration.ofSeconds(30);

    /** The rig's allocators collect every 15 s, and take an identity that was unused twice. */
    private static final Duration COLLECTED = Duration.ofSeconds(90);

    /** One global service with a pod, and a node, as nobody else in the rig has them. */
    private static final String OBJECTS = """
            apiVersion: v1
            kind: Node
            metadata: {name: west-n9}
            spec: {podCIDR: 10.1.9.0/24, podCIDRs: [10.1.9.0/24]}
            status: {addresses: [{type: InternalIP, address: 172.30.1.19}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {namespace: shop, name: tri, annotations: {service.cilium.io/global: "true"}}
            spec: {type: ClusterIP, clusterIP: 10.101.0.77, clusterIPs: [10.101.0.77], selector: {app: tri}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {namespace: shop, name: tri-x, labels: {kubernetes.io/service-name: tri}}
            addressType: IPv4
            ports: [{name: http, port: 8080}]
            endpoints: [{addresses: [10.1.9.7], conditions: {ready: true}, nodeName: west-n9}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {namespace: shop, name: tri-1, labels: {app: tri}}
            spec: {nodeName: west-n9, serviceAccountName: default}
            status: {phase: Running, hostIP: 172.30.1.19, podIP: 10.1.9.7, podIPs: [{ip: 10.1.9.7}]}
            """;

    @BeforeAll
    static void bringUp() {
        Prerequisites.assumeKernelDataPlane();
        clustermesh("rig", "down", "--name", RIG).ok();
        clustermesh(
                        "rig",
                        "up",
                        "--name",
                        RIG,
                        "--clusters",
                        "west,east,eu",
                        "--nodes",
                        "1",
                        "--replicas",
                        "2",
                        "--connect")
                .ok();
        mesh("status", "--wait").ok();
    }

    @AfterAll
    static void takeDown() {
        clustermesh("rig", "down", "--name", RIG);
    }

    @Test
    @Order(1)
    void shouldShowWhatOneHasInAllOthersAndLetItVanishAgain() throws IOException {
        Path file = CLUSTERS.resolve("west/manifests/tri.yaml");
        write(file, OBJECTS);

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(seenBy("service", "list")).containsExactly("east", "eu", "west");
            assertThat(seenBy("node", "list", "--cluster", "west")).containsExactly("east", "eu", "west");
            assertThat(seenBy("identity", "list", "--label", "app=tri")).containsExactly("east", "eu", "west");
            assertThat(seenBy("endpoint", "list", "--cluster", "west")).containsExactly("east", "eu", "west");
        });

        Files.delete(file);

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(seenBy("service", "list")).isEmpty();
            assertThat(seenBy("node", "list", "--cluster", "west")).isEmpty();
            assertThat(seenBy("endpoint", "list", "--cluster", "west")).isEmpty();
        });
        await().atMost(COLLECTED)
                .untilAsserted(() -> assertThat(seenBy("identity", "list", "--label", "app=tri"))
                        .isEmpty());
    }

    @Test
    @Order(2)
    void shouldNeverPassOnWhatAnotherClusterSaid() {
        assertThat(mesh("service", "list").ok().out())
                .as("eu itself knows of west")
                .containsPattern("(?m)^eu .*west");

        for (String secret :
                List.of("cilium/cache/", "cilium/", "clustermesh/", "cilium/cluster-config/", "cilium/synced/")) {
            Result refused = asEastOnEu("get", "--prefix", secret);
            assertThat(refused.exitCode()).as(secret).isNotZero();
            assertThat(refused.out() + refused.err()).as(secret).contains("permission denied");
        }
        String own = asEastOnEu("get", "--prefix", "cilium/state/").ok().out();
        assertThat(own).contains("cilium/state/services/v1/eu/shop/echo", "cilium/state/nodes/v1/eu/eu-n1");
        assertThat(own).doesNotContain("west", "east", "\"10.1.", "\"10.2.", "/10.1.", "/10.2.");
        assertThat(asEastOnEu("get", "cilium/cluster-config/eu").ok().out()).contains("\"id\":3");
        assertThat(asEastOnEu("get", "cilium/cluster-config/west").exitCode()).isNotZero();
    }

    @Test
    @Order(3)
    void shouldMissNoReplicaAndTellTheTruthAboutIt() throws IOException {
        String killed = connection("west", "east").path("owner").asText();
        assertThat(killed).startsWith("mesh-apiserver-");
        String loop =
                "for i in $(seq 300); do curl -s -m 3 http://10.101.0.10/ >/dev/null || echo failed; sleep 0.05; done;"
                        + " echo done";
        CompletableFuture<Result> load = CompletableFuture.supplyAsync(() -> exec("west/client", "sh", "-c", loop));

        clustermesh("rig", "kill", "--name", RIG, "west/" + killed).ok();

        Result status = mesh("status");
        assertThat(status.exitCode()).isEqualTo(1);
        assertThat(status.out().lines().filter(line -> line.startsWith("west") && line.contains(killed + " ")))
                .anySatisfy(line -> assertThat(line).contains("NO", "does not answer"));
        await().atMost(SOON).untilAsserted(() -> {
            JsonNode east = connection("west", "east");
            assertThat(east.path("owner").asText())
                    .startsWith("mesh-apiserver-")
                    .isNotEqualTo(killed);
            assertThat(east.path("ready").asBoolean()).isTrue();
        });
        write(
                CLUSTERS.resolve("east/manifests/tri.yaml"),
                OBJECTS.replace("west", "east")
                        .replace("10.1.9.", "10.2.9.")
                        .replace("10.101.", "10.102.")
                        .replace("172.30.1.", "172.30.2."));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(seenBy("service", "list")).containsExactly("east", "eu", "west"));
        assertThat(load.join().ok().out().strip()).as("requests that failed").isEqualTo("done");

        clustermesh("rig", "start", "--name", RIG).ok();
        mesh("status", "--wait").ok();
        Files.delete(CLUSTERS.resolve("east/manifests/tri.yaml"));
    }

    @Test
    @Order(9)
    void shouldLeaveNothingBehind() {
        clustermesh("rig", "down", "--name", RIG).ok();

        assertThat(run("ip", "netns", "list").ok().out()).doesNotContain("cm-" + RIG);
        assertThat(Path.of("/run/clustermesh", RIG)).doesNotExist();
    }

    private static Result mesh(String... command) {
        return clustermesh(Stream.concat(Stream.of(command), Stream.of("--home", CLUSTERS.toString()))
                .toList());
    }

    /** Clusters whose answer to {@code command} has one of the test's objects in it. */
    private static List<String> seenBy(String... command) {
        JsonNode lists = mesh(Stream.concat(Stream.of(command), Stream.of("-o", "json"))
                        .toArray(String[]::new))
                .json();
        List<String> seen = new ArrayList<>();
        for (JsonNode list : lists) {
            list.properties().forEach(cluster -> {
                String items = cluster.getValue().toString();
                if (Stream.of("shop/tri", "-n9", "app=tri", "tri-1").anyMatch(items::contains)) {
                    seen.add(cluster.getKey());
                }
            });
        }
        return seen.stream().sorted().toList();
    }

    private static JsonNode connection(String cluster, String peer) {
        JsonNode status = Commands.tree(mesh("status", "-o", "json").out());
        for (JsonNode one : status.path("clusters")) {
            for (JsonNode row : one.path("peers")) {
                if (one.path("name").asText().equals(cluster)
                        && row.path("peer").asText().equals(peer)) {
                    return row.path("status");
                }
            }
        }
        throw new AssertionError("%s says nothing of %s: %s".formatted(cluster, peer, status));
    }

    /** {@code etcdctl} from east's network, with the certificate that east shows to its peers, to eu's address. */
    private static Result asEastOnEu(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "nsenter",
                "--net=/run/netns/cm-" + RIG + "-east",
                "etcdctl",
                "--endpoints=https://172.30.3.2:2379",
                "--command-timeout=5s",
                "--cacert=" + CLUSTERS.resolve("eu/pki/ca.crt"),
                "--cert=" + CLUSTERS.resolve("east/pki/remote.crt"),
                "--key=" + CLUSTERS.resolve("east/pki/remote.key")));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static Result exec(String target, String... command) {
        List<String> words = new ArrayList<>(List.of("rig", "exec", "--name", RIG, target, "--"));
        words.addAll(List.of(command));
        return clustermesh(words);
    }

    private static void write(Path file, String content) throws IOException {
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        Files.writeString(next, content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
