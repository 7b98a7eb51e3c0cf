package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.ExportMode;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.MeshSize;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.HopTrace.Hop;
import io.clustermesh.store.runtime.Lifecycle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorsTest {

    private final InMemoryKvStore local = new InMemoryKvStore(1);
    private final InMemoryKvStore east = new InMemoryKvStore(2);
    private final InMemoryKvStore north = new InMemoryKvStore(3);
    private final HopTrace hops = new HopTrace(Clock.system(), 100);
    private final EventLog events = new EventLog(Clock.system(), 100);
    private final OwnCluster own = new OwnCluster(
            new ClusterName("west"), new ClusterId(1), MeshSize.CLUSTERS_255, List.of(Cidr.parse("10.1.0.0/16")));

    @TempDir
    private Path peers;

    private MirrorLimits limits = MirrorLimits.DEFAULT;
    private Lifecycle lifecycle;
    private Mirrors mirrors;

    @BeforeEach
    void start() {
        begin();
    }

    private void begin() {
        lifecycle = new Lifecycle("test", Clock.system());
        MirrorTools tools = new MirrorTools(
                Clock.system(), hops, events, Duration.ofMillis(50), Duration.ofMillis(300), "test", limits);
        Leadership leadership = lifecycle.own(
                "leadership",
                Leadership.start(Leadership.Options.of("test", Duration.ofSeconds(2)), local, Clock.system()));
        mirrors = new Mirrors(
                own,
                local,
                peers,
                target -> target.endpoints().getFirst().getPort() == 1 ? east : north,
                leadership,
                tools);
        lifecycle.run(mirrors);
    }

    @AfterEach
    void stop() {
        lifecycle.close();
    }

    private void connect(String peer, int port) {
        try {
            Files.writeString(peers.resolve(peer + ".yaml"), "endpoints:\n  - http://127.0.0.1:%d\n".formatted(port));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private MirrorStatus status(String peer) {
        return mirrors.status().stream()
                .filter(row -> row.cluster().value().equals(peer))
                .findFirst()
                .orElseThrow();
    }

    private void awaitReady(String peer) {
        await().ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(status(peer).state()).as("%s", status(peer)).isEqualTo(MirrorStatus.State.READY));
    }

    private List<String> cached() {
        return local.list(KeyRange.prefix(Keys.CACHE)).entries().stream()
                .map(KeyValue::key)
                .toList();
    }

    @Test
    void shouldCopyWhatAPeerPublishesByteForByte() {
        PeerRecords peer = new PeerRecords(east, "east", 2).everything();

        connect("east", 1);

        awaitReady("east");
        assertThat(cached())
                .containsExactly(
                        "cilium/cache/identities/v1/east/id/131372",
                        "cilium/cache/ip/v1/east/10.2.1.5",
                        "cilium/cache/nodes/v1/east/n1",
                        "cilium/cache/services/v1/east/shop/cart");
        assertThat(local.get("cilium/cache/services/v1/east/shop/cart")
                        .orElseThrow()
                        .value())
                .isEqualTo(peer.service("shop/cart", "10.2.1.5"));
        assertThat(ClusterConfigCodec.decode(
                        local.get("cilium/cluster-config/east").orElseThrow().value()))
                .isEqualTo(new Decoded.Value<>(new ClusterConfig(
                        new ClusterId(2), new ClusterConfig.Capabilities(true, true, 255, Optional.of(false), ""))));
        assertThat(local.list(KeyRange.prefix("cilium/synced/east/")).entries())
                .extracting(KeyValue::key)
                .containsExactlyInAnyOrder(
                        "cilium/synced/east/cilium/cache/nodes/v1",
                        "cilium/synced/east/cilium/cache/services/v1",
                        "cilium/synced/east/cilium/cache/identities/v1",
                        "cilium/synced/east/cilium/cache/ip/v1",
                        "cilium/synced/east/cilium/cache/endpointslices/v1",
                        "cilium/synced/east/cilium/cache/serviceexports/v1");
        assertThat(hops.entries())
                .extracting(HopTrace.Entry::hop, HopTrace.Entry::subject, HopTrace.Entry::cluster)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Hop.PEER_RECEIVED, "shop/cart", "east"),
                        org.assertj.core.groups.Tuple.tuple(Hop.MIRRORED, "shop/cart", "east"));
    }

    @Test
    void shouldFollowChanges() {
        PeerRecords peer = new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        awaitReady("east");

        peer.putService("shop/cart", "10.2.1.6").delete(Keys.ip(io.clustermesh.model.IpAddress.parse("10.2.1.5")));

        await().untilAsserted(() -> assertThat(local.get("cilium/cache/services/v1/east/shop/cart")
                        .orElseThrow()
                        .value())
                .isEqualTo(peer.service("shop/cart", "10.2.1.6")));
        await().untilAsserted(() -> assertThat(cached()).doesNotContain("cilium/cache/ip/v1/east/10.2.1.5"));
    }

    @Test
    void shouldWaitForThePeersCanaries() {
        PeerRecords peer = new PeerRecords(east, "east", 2).config().putService("shop/cart", "10.2.1.5");
        connect("east", 1);

        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(status("east").state()).isEqualTo(MirrorStatus.State.SYNCING));
        assertThat(cached()).isEmpty();

        peer.canaries();
        awaitReady("east");
        assertThat(cached()).containsExactly("cilium/cache/services/v1/east/shop/cart");
    }

    @Test
    void shouldRefuseWhatAPeerMayNotSay() {
        PeerRecords liar = new PeerRecords(east, "north", 3);
        new PeerRecords(east, "east", 2)
                .everything()
                .node("n2", "10.1.7.0/24")
                .putService("shop/steal", "10.1.0.9")
                .identity(70_000, "east")
                .identity(131_400, "west")
                .ip("10.1.0.7", 131_372)
                .ip("10.2.1.8", 70_000)
                .put("cilium/state/services/v1/east/shop/forged", liar.service("shop/forged", "10.3.1.1"))
                .put("cilium/state/services/v1/east/shop/broken", new byte[] {'{'});

        connect("east", 1);

        awaitReady("east");
        assertThat(cached()).hasSize(4);
        assertThat(status("east").resources())
                .extracting(MirrorStatus.ResourceStatus::resource, MirrorStatus.ResourceStatus::refusedCount)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("nodes", 1),
                        org.assertj.core.groups.Tuple.tuple("services", 3),
                        org.assertj.core.groups.Tuple.tuple("identities", 2),
                        org.assertj.core.groups.Tuple.tuple("ips", 2),
                        org.assertj.core.groups.Tuple.tuple("endpoint-slices", 0),
                        org.assertj.core.groups.Tuple.tuple("service-exports", 0));
        assertThat(status("east").resources().getFirst().refused().getFirst().reason())
                .contains("10.1.7.0/24 overlaps pod CIDR 10.1.0.0/16 of our own cluster west");
        assertThat(events.events()).hasSize(8);
    }

    @Test
    void shouldRefuseForeignSlicesAndBombsAndTouchNothingElse() {
        PeerRecords peer = new PeerRecords(east, "east", 2).everything();
        peer.config(new ClusterConfig.Capabilities(
                        true, false, 255, Optional.of(true), ExportMode.SERVICES_AND_SLICES.text()))
                .put("cilium/state/endpointslices/v1/east/shop/good", peer.slice("shop/good", "10.2.1.5"))
                .put("cilium/state/endpointslices/v1/east/shop/steal", peer.slice("shop/steal", "10.1.0.9"))
                .put("cilium/state/endpointslices/v1/east/shop/other", peer.slice("shop/good", "10.2.1.5"))
                .put("cilium/state/endpointslices/v1/east/shop/bomb", Zstd.compress(new byte[32 << 20]))
                .put("cilium/state/serviceexports/v1/east/shop/huge", new byte[10 << 20])
                .put(
                        "cilium/state/serviceexports/v1/east/shop/forged",
                        new PeerRecords(east, "north", 3).serviceExport("shop/forged"));

        connect("east", 1);

        awaitReady("east");
        assertThat(cached()).hasSize(5).contains("cilium/cache/endpointslices/v1/east/shop/good");
        assertThat(status("east").resources())
                .extracting(MirrorStatus.ResourceStatus::resource, MirrorStatus.ResourceStatus::refusedCount)
                .contains(
                        org.assertj.core.groups.Tuple.tuple("services", 0),
                        org.assertj.core.groups.Tuple.tuple("endpoint-slices", 3),
                        org.assertj.core.groups.Tuple.tuple("service-exports", 2));
        assertThat(status("east").resources())
                .flatExtracting(MirrorStatus.ResourceStatus::refused)
                .extracting(MirrorStatus.Refusal::reason)
                .anyMatch(reason -> reason.contains("holds more than 16777216 bytes"))
                .anyMatch(reason -> reason.contains("of our own cluster west"))
                .anyMatch(reason -> reason.contains("its value of 10485760 bytes is larger than"));
    }

    @Test
    void shouldRefuseOurOwnIdAndSayWhatToDo() {
        new PeerRecords(east, "east", 1).everything();

        connect("east", 1);

        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(status("east")
                                .connection()
                                .lastFailure()
                                .orElseThrow()
                                .reason())
                        .isEqualTo("cluster id 1 belongs to west already; give one of the two another id"));
        assertThat(status("east").state()).isEqualTo(MirrorStatus.State.WAITING_FOR_CONFIG);
        assertThat(cached()).isEmpty();
    }

    @Test
    void shouldKeepTheCopyOfALostPeerAndSayThatItIsStale() {
        new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        awaitReady("east");

        east.unreachable(true);

        await().untilAsserted(() -> assertThat(status("east").state()).isEqualTo(MirrorStatus.State.STALE));
        assertThat(status("east").connection().staleSince()).isPresent();
        assertThat(cached()).hasSize(4);
        east.unreachable(false);
        awaitReady("east");
    }

    @Test
    void shouldNotDeleteTheCopyWhenThePeersKvstoreIsReplacedUntilItIsFilled() {
        PeerRecords peer = new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        awaitReady("east");

        east.replace(77);
        await().untilAsserted(() -> assertThat(status("east").state())
                .isIn(MirrorStatus.State.WAITING_FOR_CONFIG, MirrorStatus.State.CONNECTING, MirrorStatus.State.STALE));
        assertThat(cached()).hasSize(4);

        peer.config().putService("shop/other", "10.2.1.9").canaries();
        await().untilAsserted(() -> assertThat(cached()).containsExactly("cilium/cache/services/v1/east/shop/other"));
        awaitReady("east");
    }

    @Test
    void shouldDrainWhatAPeerNoLongerExportsAndKeepTheCanary() {
        PeerRecords peer = new PeerRecords(east, "east", 2).everything();
        peer.config(new ClusterConfig.Capabilities(
                true, false, 255, Optional.of(true), ExportMode.SERVICES_AND_SLICES.text()));
        peer.put("cilium/state/serviceexports/v1/east/shop/cart", peer.serviceExport("shop/cart"));
        connect("east", 1);
        awaitReady("east");
        await().untilAsserted(() -> assertThat(cached()).contains("cilium/cache/serviceexports/v1/east/shop/cart"));

        peer.config(new ClusterConfig.Capabilities(true, false, 255, Optional.empty(), ExportMode.SLICES.text()));

        await().untilAsserted(() -> assertThat(cached())
                .containsExactly(
                        "cilium/cache/identities/v1/east/id/131372",
                        "cilium/cache/ip/v1/east/10.2.1.5",
                        "cilium/cache/nodes/v1/east/n1"));
        awaitReady("east");
        assertThat(local.list(KeyRange.prefix("cilium/synced/east/")).entries()).hasSize(6);

        peer.config();

        await().untilAsserted(() -> assertThat(cached())
                .contains("cilium/cache/services/v1/east/shop/cart", "cilium/cache/serviceexports/v1/east/shop/cart"));
    }

    @Test
    void shouldNotWaitForTheCanaryOfWhatAPeerDoesNotExport() {
        PeerRecords peer = new PeerRecords(east, "east", 2);
        peer.config().config(new ClusterConfig.Capabilities(true, false, 255, Optional.empty(), ""));
        List.of(Resource.NODES, Resource.SERVICES, Resource.IDENTITIES, Resource.IPS)
                .forEach(resource -> peer.put(resource.stateCanary(new ClusterName("east")), new byte[] {'x'}));

        connect("east", 1);

        awaitReady("east");
        assertThat(local.get("cilium/synced/east/cilium/cache/endpointslices/v1"))
                .isPresent();
        assertThat(local.get("cilium/synced/east/cilium/cache/serviceexports/v1"))
                .isPresent();
    }

    @Test
    void shouldDrainARemovedPeerAndNoOther() throws IOException {
        new PeerRecords(east, "east", 2).everything();
        new PeerRecords(north, "north", 3).everything();
        connect("east", 1);
        connect("north", 2);
        awaitReady("east");
        awaitReady("north");

        Files.delete(peers.resolve("east.yaml"));

        await().untilAsserted(
                        () -> assertThat(local.list(KeyRange.prefix("cilium/")).entries())
                                .extracting(KeyValue::key)
                                .noneMatch(key -> key.contains("east"))
                                .filteredOn(key -> key.contains("north"))
                                .hasSize(11));
        awaitReady("north");
    }

    @Test
    void shouldKeepTheCopyWhenStoppedAndWriteNothingThatIsStillTrueWhenStartedAgain() {
        new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        awaitReady("east");
        KeyValue before = local.get("cilium/cache/nodes/v1/east/n1").orElseThrow();

        lifecycle.close();
        assertThat(cached()).hasSize(4);
        begin();

        awaitReady("east");
        assertThat(local.get("cilium/cache/nodes/v1/east/n1").orElseThrow().version())
                .isEqualTo(before.version());
    }

    @Test
    void shouldDrainAPeerThatWasRemovedWhileWeWereDown() throws IOException {
        new PeerRecords(east, "east", 2).everything();
        connect("east", 1);
        awaitReady("east");
        lifecycle.close();
        Files.delete(peers.resolve("east.yaml"));

        begin();

        await().untilAsserted(() ->
                assertThat(local.list(KeyRange.prefix("cilium/")).entries()).isEmpty());
    }
}
