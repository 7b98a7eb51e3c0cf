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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Two clusters of two nodes, connected, as a user of the commands meets them. One rig serves all tests, which each
 * leave it as they found it; the last one takes it down and looks for what was left.
 */
@TestMethodOrder(OrderAnnotation.class)
class RigE2E {

    private static final String RIG = "e2e";
    private static final Path CLUSTERS = Path.of("/run/clustermesh", RIG, "clusters");
    /** bpftool prints the 16 bytes of an address as four words in host order; the third one marks a mapped IPv4. */
    private static final Pattern MAPPED_ADDRESS = Pattern.compile("\"addr\":\\[0,0,4294901760,(\\d+)]");

    private static final Duration SOON = Duration.ofSeconds(20);

    @BeforeAll
    static void bringUp() {
        Prerequisites.assumeKernelDataPlane();
        clustermesh("rig", "down", "--name", RIG).ok();
        clustermesh("rig", "up", "--name", RIG, "--clusters", "west,east", "--nodes", "2")
                .ok();
        clustermesh("connect", "west", "east", "--home", CLUSTERS.toString()).ok();
    }

    @AfterAll
    static void takeDown() {
        clustermesh("rig", "down", "--name", RIG);
    }

    @Test
    @Order(1)
    void shouldShowATrueStatus() {
        Result waited = clustermesh("status", "--wait", "--home", CLUSTERS.toString());
        JsonNode status = clustermesh("status", "-o", "json", "--home", CLUSTERS.toString())
                .json();

        assertThat(waited.exitCode()).as(waited.out() + waited.err()).isZero();
        assertThat(waited.out()).contains("west", "east");
        assertThat(status.toString()).contains("west", "east");
    }

    @Test
    @Order(2)
    void shouldLetAPeerListServicesWithPlainEtcdctl() {
        Result listed = etcdctl("west", "remote", "get", "--prefix", "--keys-only", "cilium/state/services/v1/");

        assertThat(listed.ok().out()).contains("cilium/state/services/v1/east/shop/echo");
    }

    @Test
    @Order(3)
    void shouldRefuseWhoeverIsNoPeer() {
        Result nobody = run(nsenter(
                "etcdctl",
                "--endpoints=https://172.30.2.2:2379",
                "--command-timeout=3s",
                "--cacert=" + pki("east", "ca.crt"),
                "get",
                "--prefix",
                "cilium/"));
        Result foreignPrefix = etcdctl("west", "remote", "get", "--prefix", "clustermesh/");
        Result ownAgentAbroad = etcdctl("west", "local", "get", "--prefix", "cilium/cache/");

        assertThat(nobody.exitCode()).isNotZero();
        assertThat(foreignPrefix.exitCode()).isNotZero();
        assertThat(foreignPrefix.err()).contains("permission denied");
        assertThat(ownAgentAbroad.exitCode()).isNotZero();
    }

    @Test
    @Order(4)
    void shouldHaveTheOtherClustersBackendInTheKernelMap() {
        await().atMost(SOON).untilAsserted(() -> {
            String lb = clustermesh("bpf", "lb", "list", "-o", "json", "--home", CLUSTERS.toString())
                    .ok()
                    .out();
            assertThat(lb).contains("10.2.1.", "10.2.2.", "10.1.1.", "fd10:2:");
            assertThat(backendsOf("west-n1"))
                    .as("bpftool map dump on west's node")
                    .contains(List.of(10, 2, 1));
        });
    }

    @Test
    @Order(5)
    void shouldAnswerFromWestWhileWestHasBackends() {
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(20)).containsExactly("west"));
    }

    @Test
    @Order(6)
    void shouldFailOverToEastAndBack() {
        clustermesh("rig", "scale", "--name", RIG, "west/shop/echo", "0").ok();
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(20)).containsExactly("east"));

        clustermesh("rig", "scale", "--name", RIG, "west/shop/echo", "2").ok();
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(20)).containsExactly("west"));
    }

    @Test
    @Order(7)
    void shouldAnswerOverIpv6Too() {
        Result answer = exec("west/client", "curl", "-s", "-g", "-m", "5", "http://[fd20:1::a]/")
                .ok();

        assertThat(answer.out()).contains("west");
    }

    @Test
    @Order(8)
    void shouldObeyTheAffinitiesAndKeepToTheLastGoodManifest() throws IOException {
        Path manifests = CLUSTERS.resolve("west/manifests");
        Path service = fileWith(manifests, "kind: Service");
        String good = Files.readString(service);

        replace(service, good.replace("affinity: local", "affinity: remote"));
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(10)).containsExactly("east"));

        replace(service, good.replace("affinity: local", "affinity: none"));
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(60)).containsExactlyInAnyOrder("west", "east"));

        replace(service, good);
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(20)).containsExactly("west"));

        replace(service, good.replace("affinity: local", "affinity: sometimes"));
        await().atMost(SOON).untilAsserted(() -> assertThat(eventsOf("west")).contains("sometimes", "local", "remote"));

        replace(service, "kind: Service\nmetadata: [unclosed");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(eventsOf("west"))
                        .contains(service.getFileName().toString()));
        assertThat(askFromWest(5)).as("the last good state goes on").isNotEmpty();

        replace(service, good);
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(20)).containsExactly("west"));
    }

    @Test
    @Order(9)
    void shouldRefuseToConnectTwice() {
        Result again = clustermesh("connect", "west", "east", "--home", CLUSTERS.toString());
        Result nowhere = clustermesh("connect", "west", "north", "--home", CLUSTERS.toString());
        Result itself = clustermesh("connect", "west", "west", "--home", CLUSTERS.toString());

        assertThat(again.exitCode()).isNotZero();
        assertThat(again.err()).contains("connected already");
        assertThat(nowhere.exitCode()).isNotZero();
        assertThat(nowhere.err()).contains("north");
        assertThat(itself.exitCode()).isNotZero();
        assertThat(askFromWest(5)).containsExactly("west");
    }

    @Test
    @Order(10)
    void shouldExplainAServiceAndLeaveBackendsThatDieSilently() {
        await().atMost(SOON).untilAsserted(() -> {
            Result explained = clustermesh("explain", "shop/echo", "--node", "west-n1", "--home", CLUSTERS.toString());
            assertThat(explained.exitCode())
                    .as(explained.out() + explained.err())
                    .isZero();
            assertThat(explained.out()).contains("own record", "export", "mirror", "inventory", "tables");
        });

        for (String pod : List.of("west/echo-1", "west/echo-2")) {
            clustermesh("rig", "kill", "--name", RIG, "--unnoticed", pod).ok();
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(20)).containsExactly("east"));
        Result differs = clustermesh("explain", "shop/echo", "--node", "west-n1", "--home", CLUSTERS.toString());
        assertThat(differs.exitCode()).as("the tables hold backends back").isEqualTo(1);
        assertThat(differs.out()).contains("off 10.1.");

        clustermesh("rig", "scale", "--name", RIG, "west/shop/echo", "0").ok();
        clustermesh("rig", "scale", "--name", RIG, "west/shop/echo", "2").ok();
        await().atMost(SOON).untilAsserted(() -> assertThat(askFromWest(20)).containsExactly("west"));
    }

    @Test
    @Order(11)
    void shouldLearnThePodNetworkFromBgp() {
        Result routes = exec("west/n1", "ip", "route", "show", "proto", "186");
        Result routes6 = exec("west/n1", "ip", "-6", "route", "show", "proto", "186");

        assertThat(routes.ok().out() + bgpProtocol("west/n1", "")).contains("10.2.1.0/24", "10.2.2.0/24");
        assertThat(routes6.ok().out() + bgpProtocol("west/n1", "-6")).contains("fd10:2:1::/64");
    }

    @Test
    @Order(12)
    void shouldStayWithinMemory() {
        List<String> tooLarge = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            String line = commandLine(process.pid());
            long limitKib = line.contains("run\0node-sync")
                    ? 150 * 1024
                    : line.contains("run\0mesh-apiserver") ? 300 * 1024 : 0;
            if (limitKib > 0 && line.contains("/" + RIG + "/") && residentKib(process.pid()) > limitKib) {
                tooLarge.add(line.replace('\0', ' ') + ": " + residentKib(process.pid()) + " KiB");
            }
        }

        assertThat(tooLarge).isEmpty();
    }

    @Test
    @Order(13)
    void shouldKeepDataWhenPartitionedAndForgetItWhenDisconnected() {
        clustermesh("rig", "partition", "--name", RIG, "west", "east").ok();
        assertThat(clustermesh("bpf", "lb", "list", "-o", "json", "--home", CLUSTERS.toString())
                        .ok()
                        .out())
                .contains("10.2.1.");
        clustermesh("rig", "partition", "--name", RIG, "west", "east", "--heal").ok();

        clustermesh("disconnect", "west", "east", "--home", CLUSTERS.toString()).ok();
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(localKeys("west", "cilium/cache/")).isEmpty());
        assertThat(askFromWest(10)).containsExactly("west");

        clustermesh("connect", "west", "east", "--home", CLUSTERS.toString()).ok();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(localKeys("west", "cilium/cache/services/v1/"))
                        .contains("cilium/cache/services/v1/east/shop/echo"));
    }

    @Test
    @Order(20)
    void shouldGoOnConnectingWhileTheAgentIsDeadAndWhenItComesBack() {
        clustermesh("rig", "kill", "--name", RIG, "west/n1/node-sync").ok();

        assertThat(askFromWest(20)).as("the kernel needs no agent").containsExactly("west");
        Result lb = clustermesh("bpf", "lb", "list", "--home", CLUSTERS.toString());
        assertThat(lb.exitCode()).as("a node that can't be asked is no success").isNotZero();
        assertThat(lb.err()).contains("west-n1");
        assertThat(lb.out()).as("the others are shown all the same").contains("west-n2");

        clustermesh("rig", "start", "--name", RIG).ok();
        assertThat(askFromWest(20)).as("a new agent adopts what is there").containsExactly("west");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(clustermesh("bpf", "lb", "list", "--home", CLUSTERS.toString())
                                .exitCode())
                        .isZero());
    }

    @Test
    @Order(99)
    void shouldLeaveNothingBehind() throws IOException {
        clustermesh("rig", "down", "--name", RIG).ok();

        assertThat(run("ip", "netns", "list").ok().out()).doesNotContain("cm-" + RIG);
        assertThat(run("ip", "-o", "link").ok().out()).doesNotContain("cm-" + RIG);
        assertThat(Path.of("/sys/fs/bpf/clustermesh", RIG)).doesNotExist();
        assertThat(Path.of("/run/clustermesh", RIG)).doesNotExist();
        for (Path mount : List.of(Path.of("/sys/fs/cgroup"), Path.of("/sys/fs/cgroup/unified"))) {
            assertThat(mount.resolve("clustermesh").resolve(RIG)).doesNotExist();
        }
        assertThat(ProcessHandle.allProcesses()
                        .map(p -> commandLine(p.pid()))
                        .filter(l -> l.contains("/clustermesh/" + RIG + "/")))
                .isEmpty();
    }

    private static Result exec(String target, String... command) {
        List<String> words = new ArrayList<>(List.of("rig", "exec", "--name", RIG, target, "--"));
        words.addAll(List.of(command));
        return clustermesh(words);
    }

    /** Which clusters answered {@code times} requests of west's client pod to the VIP; a failed one counts as itself. */
    private static Set<String> askFromWest(int times) {
        String loop =
                "for i in $(seq %d); do curl -s -m 3 http://10.101.0.10/ || echo failed; echo; done".formatted(times);
        return Stream.of(exec("west/client", "sh", "-c", loop).ok().out().split("\n"))
                .filter(line -> !line.isBlank())
                .map(line -> line.contains("west") ? "west" : line.contains("east") ? "east" : line)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Result etcdctl(String cluster, String certificate, String... arguments) {
        List<String> command = new ArrayList<>(List.of(nsenter(
                "etcdctl",
                "--endpoints=https://172.30.2.2:2379",
                "--command-timeout=5s",
                "--cacert=" + pki("east", "ca.crt"),
                "--cert=" + pki(cluster, certificate + ".crt"),
                "--key=" + pki(cluster, certificate + ".key"))));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static List<String> localKeys(String cluster, String prefix) {
        Result keys = run(
                "nsenter",
                "--net=/run/netns/cm-" + RIG + "-" + cluster,
                "etcdctl",
                "--endpoints=https://127.0.0.1:2378",
                "--cacert=" + pki(cluster, "ca.crt"),
                "--cert=" + pki(cluster, "admin.crt"),
                "--key=" + pki(cluster, "admin.key"),
                "get",
                "--prefix",
                "--keys-only",
                prefix);
        return keys.ok().out().lines().filter(line -> !line.isBlank()).toList();
    }

    private static String[] nsenter(String... command) {
        return Stream.concat(Stream.of("nsenter", "--net=/run/netns/cm-" + RIG + "-west"), Stream.of(command))
                .toArray(String[]::new);
    }

    private static Path pki(String cluster, String file) {
        return CLUSTERS.resolve(cluster).resolve("pki").resolve(file);
    }

    private static String eventsOf(String cluster) {
        Path socket = CLUSTERS.resolve(cluster).resolve("run/mesh-apiserver.sock");
        return run("curl", "-s", "--unix-socket", socket.toString(), "http://localhost/v1/status")
                        .ok()
                        .out()
                + run("curl", "-s", "--unix-socket", socket.toString(), "http://localhost/v1/events")
                        .ok()
                        .out();
    }

    /** The first three bytes of every IPv4 backend in the node's pinned backend map. */
    private static Collection<List<Integer>> backendsOf(String node) throws IOException {
        try (Stream<Path> pins = Files.walk(Path.of("/sys/fs/bpf/clustermesh", RIG))) {
            Path map = pins.filter(p -> p.toString().contains(node)
                            && p.getFileName().toString().equals("backends"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no pinned backend map for " + node));
            String dump =
                    run("bpftool", "map", "dump", "pinned", map.toString()).ok().out();
            Collection<List<Integer>> found = new ArrayList<>();
            Matcher mapped = MAPPED_ADDRESS.matcher(dump.replaceAll("\\s", ""));
            while (mapped.find()) {
                int word = Integer.reverseBytes(Integer.parseUnsignedInt(mapped.group(1)));
                found.add(List.of(word >>> 24, word >>> 16 & 0xff, word >>> 8 & 0xff));
            }
            return found;
        }
    }

    private static String bgpProtocol(String node, String family) {
        List<String> command = new ArrayList<>(List.of("ip"));
        if (!family.isEmpty()) {
            command.add(family);
        }
        command.addAll(List.of("route", "show", "proto", "bgp"));
        return exec(node, command.toArray(String[]::new)).out();
    }

    private static Path fileWith(Path folder, String text) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> {
                        try {
                            return Files.readString(file).contains(text);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void replace(Path file, String content) throws IOException {
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        Files.writeString(next, content);
        Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    private static long residentKib(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
