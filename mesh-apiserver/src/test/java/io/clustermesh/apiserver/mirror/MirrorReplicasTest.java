package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.apiserver.mirror.MirrorStatus.State;
import io.clustermesh.model.Keys;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several replicas over one kvstore, and what each finds when it takes over. */
class MirrorReplicasTest {

    private static final String CART = "cilium/cache/services/v1/east/shop/cart";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final InMemoryKvStore local = new InMemoryKvStore(1);
    private final InMemoryKvStore east = new InMemoryKvStore(2);
    private final InMemoryKvStore north = new InMemoryKvStore(3);
    private final List<Replica> replicas = new ArrayList<>();
    private MirrorLimits limits = MirrorLimits.DEFAULT;

    @TempDir
    private Path peers;

    private Replica start(String name) {
        Replica replica = new Replica(
                name, local, peers, target -> target.endpoints().getFirst().getPort() == 1 ? east : north, limits);
        replicas.add(replica);
        return replica;
    }

    @AfterEach
    void stop() {
        replicas.forEach(Replica::close);
    }

    private void connect(String peer, int port) {
        try {
            Files.writeString(peers.resolve(peer + ".yaml"), "endpoints:\n  - http://127.0.0.1:%d\n".formatted(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitState(Replica replica, String peer, State state) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(replica.status(peer).state())
                        .as("%s", replica.status(peer))
                        .isEqualTo(state));
    }

    private Map<String, KeyValue> copy() {
        return local.list(KeyRange.prefix("cilium/")).entries().stream()
                .collect(Collectors.toMap(KeyValue::key, entry -> entry));
    }

    private static List<KeyValue.Version> versions(Map<String, KeyValue> entries) {
        return entries.values().stream().map(KeyValue::version).toList();
    }

    private List<String> cached() {
        return local.list(KeyRange.prefix(Keys.CACHE)).entries().stream()
                .map(KeyValue::key)
                .toList();
    }

    @Test
    void shouldMirrorAPeerOnceAndTellTheSameEverywhere() {
        new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        Replica a = start("a");
        Replica b = start("b");

        awaitState(a, "east", State.READY);
        awaitState(b, "east", State.READY);

        MirrorStatus ofA = a.status("east");
        MirrorStatus ofB = b.status("east");
        assertThat(ofA.owner().here()).isNotEqualTo(ofB.owner().here());
        assertThat(ofA.owner().replica()).isEqualTo(ofB.owner().replica());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(a.status("east").resources())
                        .isEqualTo(b.status("east").resources()));
        assertThat(ofB.config()).isEqualTo(ofA.config());
    }

    @Test
    void shouldHandOverWritingNothingThatIsStillTrue() {
        PeerRecords peer = new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        Replica a = start("a");
        awaitState(a, "east", State.READY);
        Replica b = start("b");
        awaitState(b, "east", State.READY);
        Map<String, KeyValue> before = copy();

        a.close();
        await().atMost(PATIENCE).until(() -> b.status("east").owner().here());
        awaitState(b, "east", State.READY);

        assertThat(versions(copy())).isEqualTo(versions(before));
        peer.putService("shop/cart", "10.2.1.7");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(entry(copy(), CART).value()).isEqualTo(peer.service("shop/cart", "10.2.1.7")));
        assertThat(entry(copy(), CART).leaseId()).isEqualTo(entry(before, CART).leaseId());
    }

    @Test
    void shouldTakeOverTheCopyOfAPeerThatIsDown() {
        new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        Replica a = start("a");
        awaitState(a, "east", State.READY);
        await().atMost(PATIENCE)
                .until(() -> local.get(MirrorRecord.key(new io.clustermesh.model.ClusterName("east")))
                        .flatMap(entry -> MirrorRecord.decode(entry.value()))
                        .map(record -> record.status().ready())
                        .equals(Optional.of(true)));
        Map<String, KeyValue> before = copy();
        a.close();
        east.unreachable(true);

        Replica b = start("b");

        awaitState(b, "east", State.STALE);
        MirrorStatus status = b.status("east");
        assertThat(status.connection().staleSince()).isPresent();
        assertThat(status.connection().lastEventAge()).isPresent();
        assertThat(status.resources())
                .filteredOn(row -> row.entries() == 1)
                .extracting(MirrorStatus.ResourceStatus::resource)
                .containsExactly("nodes", "services", "identities", "ips");
        assertThat(versions(copy())).isEqualTo(versions(before));
        local.list(KeyRange.prefix(Keys.CACHE))
                .entries()
                .forEach(entry -> assertThat(local.adopt(entry.leaseId())).isPresent());
    }

    @Test
    void shouldDeleteWhatVanishedWhileNobodyWatched() {
        PeerRecords peer = new PeerRecords(east, "east", 2).everything().putService("shop/other", "10.2.1.6");
        connect("east", 1);
        Replica a = start("a");
        awaitState(a, "east", State.READY);
        a.close();
        peer.delete("cilium/state/services/v1/east/shop/cart").node("n2", "10.2.2.0/24");

        Replica b = start("b");

        awaitState(b, "east", State.READY);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(cached())
                        .contains("cilium/cache/nodes/v1/east/n2", "cilium/cache/services/v1/east/shop/other")
                        .doesNotContain("cilium/cache/services/v1/east/shop/cart"));
    }

    @Test
    void shouldRemoveServicesOfAPeerThatIsAwayTooLongAndBringThemBack() {
        limits = new MirrorLimits(1_000, 1 << 20, 1_000, Duration.ofSeconds(1), Duration.ofMinutes(2));
        new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        Replica a = start("a");
        awaitState(a, "east", State.READY);

        east.unreachable(true);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(cached())
                        .containsExactly(
                                "cilium/cache/identities/v1/east/id/131372",
                                "cilium/cache/ip/v1/east/10.2.1.5",
                                "cilium/cache/nodes/v1/east/n1"));
        assertThat(a.status("east").cost().cacheRevocations()).isEqualTo(1);
        assertThat(a.events().events())
                .anySatisfy(event -> assertThat(event.warning().reason()).isEqualTo("CacheExpired"));
        assertThat(local.list(KeyRange.prefix("cilium/synced/east/")).entries()).hasSize(6);

        east.unreachable(false);

        awaitState(a, "east", State.READY);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(cached()).contains("cilium/cache/services/v1/east/shop/cart"));
    }

    @Test
    void shouldDrainTheOldIdBeforeItTakesTheNew() {
        PeerRecords before = new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        Replica a = start("a");
        awaitState(a, "east", State.READY);

        before.delete("cilium/state/identities/v1/id/131372").delete("cilium/state/ip/v1/default/10.2.1.5");
        new PeerRecords(east, "east", 7)
                .node("n1", "10.2.1.0/24")
                .putService("shop/cart", "10.2.1.5")
                .identity((7 << 16) + 1, "east")
                .config();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(cached())
                        .containsExactly(
                                "cilium/cache/identities/v1/east/id/" + ((7 << 16) + 1),
                                "cilium/cache/nodes/v1/east/n1",
                                "cilium/cache/services/v1/east/shop/cart"));
        awaitState(a, "east", State.READY);
        List<String> order = local.history("cilium/");
        assertThat(order.indexOf("-cilium/cluster-config/east"))
                .isLessThan(order.indexOf("-cilium/synced/east/cilium/cache/nodes/v1"));
        assertThat(order.indexOf("-cilium/synced/east/cilium/cache/nodes/v1"))
                .isLessThan(order.lastIndexOf("+cilium/cluster-config/east"));
    }

    @Test
    void shouldJudgeAgainWhenThePeerThatWasInTheWayGoes() throws IOException {
        new PeerRecords(east, "east", 2).everything();
        new PeerRecords(north, "north", 3)
                .everything()
                .node("n2", "10.2.1.0/24")
                .ip("10.2.1.77", (3 << 16) + 300);
        connect("east", 1);
        Replica a = start("a");
        awaitState(a, "east", State.READY);
        connect("north", 2);
        awaitState(a, "north", State.READY);
        assertThat(cached()).doesNotContain("cilium/cache/nodes/v1/north/n2", "cilium/cache/ip/v1/north/10.2.1.77");

        Files.delete(peers.resolve("east.yaml"));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(cached())
                        .contains("cilium/cache/nodes/v1/north/n2", "cilium/cache/ip/v1/north/10.2.1.77"));
        assertThat(a.status("north").resources())
                .allSatisfy(row -> assertThat(row.refusedCount()).isZero());
    }

    @Test
    void shouldTakeAPeerWhoseIdBecameFree() throws IOException {
        new PeerRecords(east, "east", 2).everything();
        new PeerRecords(north, "north", 2).config();
        connect("east", 1);
        Replica a = start("a");
        awaitState(a, "east", State.READY);
        connect("north", 2);
        awaitState(a, "north", State.WAITING_FOR_CONFIG);

        Files.delete(peers.resolve("east.yaml"));

        await().atMost(PATIENCE).until(() -> a.status("north").config().isPresent());
    }

    @Test
    void shouldConnectAnewWhenNoHeartbeatComes() {
        limits = new MirrorLimits(1_000, 1 << 20, 1_000, Duration.ZERO, Duration.ofSeconds(3));
        new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        Replica a = start("a");

        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(a.status("east")
                                .connection()
                                .lastFailure()
                                .orElseThrow()
                                .reason())
                        .contains("no heartbeat for"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(cached()).hasSize(4));
    }

    @Test
    void shouldMirrorAPeerWithoutCanariesAtOnce() {
        PeerRecords peer = new PeerRecords(east, "east", 2).config();
        peer.config(new io.clustermesh.model.ClusterConfig.Capabilities(false, false, 255, Optional.empty(), ""))
                .putService("shop/cart", "10.2.1.5");
        connect("east", 1);
        Replica a = start("a");

        awaitState(a, "east", State.READY);
        assertThat(cached()).containsExactly("cilium/cache/services/v1/east/shop/cart");
    }

    @Test
    void shouldFinishTheDrainOfAReplicaThatDied() throws IOException {
        new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        Replica a = start("a");
        awaitState(a, "east", State.READY);
        a.close();
        // what a replica leaves that dies right after it deleted the config
        local.delete("cilium/cluster-config/east");
        Files.delete(peers.resolve("east.yaml"));

        start("b");

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(local.list(KeyRange.prefix("cilium/")).entries())
                                .isEmpty());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                local.list(KeyRange.prefix(MirrorRecord.PREFIX)).entries())
                        .isEmpty());
    }

    private static KeyValue entry(Map<String, KeyValue> copy, String key) {
        return Optional.ofNullable(copy.get(key)).orElseThrow(() -> new AssertionError(key + " is not in the copy"));
    }
}
