package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.model.Keys;
import io.clustermesh.model.ServiceName;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTransport;
import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer that means harm, over real sockets, next to one that doesn't: it is limited, counted and named, and alone. */
class HostilePeersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SERVICES = "cilium/state/services/v1/evil/";

    private final InMemoryKvStore local = new InMemoryKvStore(1);
    private final InMemoryKvStore east = new InMemoryKvStore(2);
    private final EtcdTransport transport = new EtcdTransport(Clock.system());
    private HostileEtcd evil;
    private PeerRecords records;
    private PeerRecords healthy;
    private Replica replica;
    private int changes;

    @TempDir
    private Path peers;

    @BeforeEach
    void start() throws IOException {
        evil = new HostileEtcd();
        records = new PeerRecords(evil.store(), "evil", 6).everything();
        healthy = new PeerRecords(east, "east", 2).everything();
        MirrorLimits limits = new MirrorLimits(5_000, 64L << 20, 100, Duration.ZERO, Duration.ofMinutes(2));
        replica = new Replica(
                "a",
                local,
                peers,
                target -> target.endpoints().getFirst().getPort() == 1 ? east : EtcdKvStore.connect(target, transport),
                limits);
        Files.writeString(peers.resolve("east.yaml"), "endpoints: [\"http://127.0.0.1:1\"]\n");
    }

    @AfterEach
    void stop() {
        replica.close();
        transport.close();
        evil.close();
    }

    private void connectEvil() throws IOException {
        Files.writeString(peers.resolve("evil.yaml"), "endpoints: [\"%s\"]\n".formatted(evil.endpoint()));
    }

    private void awaitReady(String peer) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(replica.status(peer).ready())
                        .as("%s", replica.status(peer))
                        .isTrue());
    }

    private void assertTheOtherIsLive() {
        awaitReady("east");
        String backend = "10.2.1." + (10 + changes++);
        healthy.putService("shop/cart", backend);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(local.get("cilium/cache/services/v1/east/shop/cart")
                                .orElseThrow()
                                .value())
                        .isEqualTo(healthy.service("shop/cart", backend)));
    }

    private void awaitFailure(String words) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(replica.status("evil")
                                .connection()
                                .lastFailure()
                                .orElseThrow()
                                .reason())
                        .contains(words));
        assertThat(replica.status("evil").connection().failures()).isPositive();
    }

    private MirrorStatus.ResourceStatus services() {
        return replica.status("evil").resources().stream()
                .filter(row -> row.resource().equals("services"))
                .findFirst()
                .orElseThrow();
    }

    private List<String> cachedServices() {
        return local.list(KeyRange.prefix("cilium/cache/services/v1/evil/")).entries().stream()
                .map(KeyValue::key)
                .toList();
    }

    @Test
    void shouldCutOffAListThatNeverEnds() throws IOException {
        AtomicLong pages = new AtomicLong();
        byte[] value = records.service("shop/cart", "10.6.1.5");
        evil.lieInRanges(request -> {
            if (!HostileEtcd.asksFor(request, SERVICES)) {
                return Optional.empty();
            }
            RangeResponse.Builder page =
                    RangeResponse.newBuilder().setHeader(HostileEtcd.header(9)).setMore(true);
            long number = pages.incrementAndGet();
            for (int i = 0; i < 500; i++) {
                page.addKvs(HostileEtcd.entry(SERVICES + "shop/s-%09d-%03d".formatted(number, i), value, 9));
            }
            return Optional.of(page.build());
        });

        connectEvil();

        awaitFailure("publishes more than 5000 keys");
        assertThat(pages.get()).isLessThan(20);
        assertThat(replica.status("evil").cost().overLimit()).isPositive();
        assertThat(replica.status("evil").cost().keys()).isLessThanOrEqualTo(5_000);
        assertThat(services().synced()).isFalse();
        assertTheOtherIsLive();
    }

    @Test
    void shouldLeaveOutHugeValuesAndTakeTheRest() throws IOException {
        records.put(SERVICES + "shop/large", new byte[10 << 20]);
        records.put(SERVICES + "shop/larger", new byte[40 << 20]);
        records.putService("shop/zebra", "10.6.1.9");

        connectEvil();

        awaitReady("evil");
        assertThat(cachedServices())
                .containsExactly("cilium/cache/services/v1/evil/shop/cart", "cilium/cache/services/v1/evil/shop/zebra");
        assertThat(services().refused())
                .extracting(MirrorStatus.Refusal::key)
                .containsExactly(SERVICES + "shop/large", SERVICES + "shop/larger");
        assertThat(services().refused().getFirst().reason()).contains("10485760 bytes is larger than 1048576");
        assertTheOtherIsLive();

        records.put(SERVICES + "shop/cart", new byte[40 << 20]);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(cachedServices()).containsExactly("cilium/cache/services/v1/evil/shop/zebra"));
    }

    @Test
    void shouldHoldBackAFlood() throws IOException {
        connectEvil();
        awaitReady("evil");
        AtomicLong written = new AtomicLong();
        try (Worker ignored = Worker.start("flood", () -> {
            for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                records.putService("shop/s" + i % 50, "10.6.1." + (i % 200 + 1));
                written.incrementAndGet();
                Thread.yield();
            }
        })) {
            await().atMost(PATIENCE)
                    .until(() -> !replica.status("evil").cost().heldBack().isZero());
            assertTheOtherIsLive();
            await().atMost(PATIENCE).until(() -> written.get() > 20_000);
            assertTheOtherIsLive();
        }
        assertThat(replica.status("evil").cost().keys()).isLessThan(100);
    }

    @Test
    void shouldNotFollowARevisionBeyondAllNumbers() throws IOException {
        evil.lieInRanges(request -> HostileEtcd.asksFor(request, SERVICES)
                ? Optional.of(RangeResponse.newBuilder()
                        .setHeader(HostileEtcd.header(Long.MAX_VALUE))
                        .build())
                : Optional.empty());

        connectEvil();

        awaitFailure("revision");
        assertTheOtherIsLive();
    }

    @Test
    void shouldNotTakeEventsOfKeysThatItDidNotAskFor() throws IOException {
        connectEvil();
        awaitReady("evil");
        evil.lieInWatches(response -> response.toBuilder()
                .addEvents(Event.newBuilder()
                        .setKv(HostileEtcd.entry(
                                Keys.service(
                                        new io.clustermesh.model.ClusterName("east"), ServiceName.parse("shop/cart")),
                                new byte[] {1},
                                Long.MAX_VALUE / 2)))
                .build());

        records.putService("shop/cart", "10.6.1.7");

        awaitFailure("which was not asked for");
        assertTheOtherIsLive();
        evil.lieInWatches(response -> response);
        awaitReady("evil");
    }

    @Test
    void shouldNotTakeAListWithKeysThatItDidNotAskFor() throws IOException {
        evil.lieInRanges(request -> HostileEtcd.asksFor(request, SERVICES)
                ? Optional.of(RangeResponse.newBuilder()
                        .setHeader(HostileEtcd.header(9))
                        .addKvs(HostileEtcd.entry("cilium/state/services/v1/east/shop/cart", new byte[] {1}, 9))
                        .build())
                : Optional.empty());

        connectEvil();

        awaitFailure("out of order or not asked for");
        assertTheOtherIsLive();
        assertThat(cachedServices()).isEmpty();
    }

    @Test
    void shouldNotTakeRevisionsThatGoBack() throws IOException {
        connectEvil();
        awaitReady("evil");
        evil.lieInWatches(response -> response.getEventsCount() == 0
                ? response
                : response.toBuilder()
                        .addEvents(response.getEvents(0).toBuilder()
                                .setKv(response.getEvents(0).getKv().toBuilder().setModRevision(2)))
                        .build());

        records.putService("shop/cart", "10.6.1.7");

        awaitFailure("of revision 2 after one of");
        assertTheOtherIsLive();
    }

    @Test
    void shouldTellOfAHeartbeatWhoseTimeGoesBackAndGoOn() throws IOException {
        connectEvil();
        awaitReady("evil");

        records.put(Keys.HEARTBEAT, "2020-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8));

        awaitFailure("heartbeat went back from 2026-01-01T00:00:00Z to 2020-01-01T00:00:00Z");
        assertThat(replica.events().events())
                .anySatisfy(event -> assertThat(event.warning().reason()).isEqualTo("OddHeartbeat"));
        awaitReady("evil");
        assertTheOtherIsLive();
    }

    @Test
    void shouldNotWaitForAPeerThatNeverAnswers() throws IOException {
        evil.hang();

        connectEvil();

        assertTheOtherIsLive();
        awaitFailure("deadline exceeded");
        assertThat(replica.status("evil").state()).isEqualTo(MirrorStatus.State.CONNECTING);
        assertTheOtherIsLive();
    }
}
