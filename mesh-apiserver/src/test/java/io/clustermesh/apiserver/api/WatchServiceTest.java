package io.clustermesh.apiserver.api;

import static io.clustermesh.apiserver.api.WatchClient.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.WatchCreateRequest;
import io.clustermesh.store.etcd.pb.WatchCreateRequest.FilterType;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The watch protocol over a real TLS connection, with a fake for etcd. */
class WatchServiceTest {

    private static final String DATA = "cilium/state/";

    @TempDir
    private Path directory;

    private InMemoryKvStore store;
    private ApiRig rig;
    private ManagedChannel channel;
    private WatchClient client;

    @BeforeEach
    void open() {
        open(CacheLimits.DEFAULT);
    }

    private void open(CacheLimits limits) {
        store = new InMemoryKvStore(77);
        store.put(DATA + "old", "before");
        rig = new ApiRig(directory, store, limits);
        channel = rig.channel(rig.admin());
        client = WatchClient.open(channel);
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        rig.close();
    }

    @Test
    void shouldSayCreatedThenReplayThenFollow() {
        long first = store.put(DATA + "a", "1").value();
        store.put(DATA + "b", "2");
        awaitRevision(first + 1);

        client.create(prefix(DATA).setStartRevision(first));
        awaitEvents(2);
        store.put(DATA + "c", "3");
        awaitEvents(3);

        WatchResponse created = client.responses().getFirst();
        assertThat(created.getCreated()).isTrue();
        assertThat(created.getEventsList()).isEmpty();
        assertThat(created.getHeader().getRevision()).isEqualTo(first + 1);
        assertThat(client.responses()).allSatisfy(response -> {
            assertThat(response.getHeader().getClusterId()).isEqualTo(77);
            assertThat(response.getHeader().getMemberId()).isNotZero();
            assertThat(response.getHeader().getRevision()).isPositive();
            assertThat(response.getHeader().getRaftTerm()).isPositive();
        });
        assertThat(client.events().stream().map(e -> e.getKv().getKey().toStringUtf8()))
                .containsExactly(DATA + "a", DATA + "b", DATA + "c");
    }

    @Test
    void shouldGiveEachWatchItsOwnIdAndFilters() {
        client.create(prefix(DATA).addFilters(FilterType.NODELETE));
        client.create(prefix(DATA).addFilters(FilterType.NOPUT).setPrevKv(true).setWatchId(9));
        client.create(prefix(DATA).setWatchId(9));
        await().until(() -> client.responses().size() == 3);

        store.put(DATA + "old", "now");
        store.delete(DATA + "old");
        awaitEvents(2);

        assertThat(client.responses().get(0).getWatchId()).isZero();
        assertThat(client.responses().get(1).getWatchId()).isEqualTo(9);
        assertThat(client.responses().get(2)).satisfies(duplicate -> {
            assertThat(duplicate.getCanceled()).isTrue();
            assertThat(duplicate.getCreated()).isTrue();
            assertThat(duplicate.getCancelReason()).isEqualTo("mvcc: duplicate watch ID provided on the WatchStream");
        });
        WatchResponse put = withEvents(0);
        assertThat(put.getEvents(0).getType()).isEqualTo(Event.EventType.PUT);
        WatchResponse delete = withEvents(9);
        assertThat(delete.getEventsList()).singleElement().satisfies(event -> {
            assertThat(event.getType()).isEqualTo(Event.EventType.DELETE);
            assertThat(event.getPrevKv().getValue().toStringUtf8()).isEqualTo("now");
        });
    }

    @Test
    void shouldStopAfterCancel() {
        client.create(prefix(DATA));
        client.cancel(0);
        client.cancel(12345);
        await().until(() -> client.responses().size() == 2);

        store.put(DATA + "a", "1");
        client.create(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(DATA + "b")));
        await().until(() -> client.responses().size() == 3);
        store.put(DATA + "b", "1");
        awaitEvents(1);

        assertThat(client.responses().get(1).getCanceled()).isTrue();
        assertThat(client.events().getFirst().getKv().getKey().toStringUtf8()).isEqualTo(DATA + "b");
        assertThat(rig.api().status().watches().open()).isEqualTo(1);
    }

    @Test
    void shouldTellProgressToIdleWatchesAndToThoseWhoAsk() {
        client.create(prefix("cilium/synced/").setProgressNotify(true));
        long revision = store.put(DATA + "a", "1").value();
        awaitRevision(revision);
        await("periodic progress")
                .until(() -> client.responses().stream()
                        .anyMatch(r -> !r.getCreated()
                                && r.getWatchId() == 0
                                && r.getHeader().getRevision() == revision));

        client.askProgress();

        await("asked for")
                .until(() -> client.responses().stream()
                        .anyMatch(r -> r.getWatchId() == -1 && r.getHeader().getRevision() == revision));
    }

    @Test
    void shouldRefuseCompactedEmptyAndForeignRanges() {
        ManagedChannel peerChannel = rig.channel(rig.peerEast());
        WatchClient peer = WatchClient.open(peerChannel);
        peer.create(prefix("cilium/cache/"));
        client.create(prefix(DATA).setStartRevision(1));
        client.create(WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("b"))
                .setRangeEnd(ByteString.copyFromUtf8("a")));
        await().until(() -> client.responses().size() == 3 && peer.responses().size() == 1);

        assertThat(client.responses().get(0).getCreated()).isTrue();
        assertThat(client.responses().get(0).getCanceled()).isFalse();
        assertThat(client.responses().get(1).getCanceled()).isTrue();
        assertThat(client.responses().get(1).getCompactRevision()).isPositive();
        assertThat(client.responses().get(2).getCancelReason()).isEqualTo("mvcc: watcher range is empty");
        assertThat(peer.responses().getFirst().getCancelReason())
                .startsWith("etcdserver: permission denied")
                .contains("remote-east", "cilium/state/*");
        peerChannel.shutdownNow();
    }

    @Test
    void shouldNeverSplitARevisionUnlessAskedForFragments() {
        WatchClient fragments = WatchClient.open(channel);
        client.create(prefix(DATA));
        fragments.create(prefix(DATA).setFragment(true));
        await().until(() -> rig.api().status().watches().open() == 2);
        List<Txn.Op> large = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            large.add(new Txn.Op.Put(DATA + i, "x".repeat(100_000).getBytes(StandardCharsets.UTF_8), Optional.empty()));
        }
        store.commit(Txn.of(large));

        awaitEvents(30);
        await().until(() -> fragments.events().size() == 30);

        assertThat(client.responses().stream().filter(r -> r.getEventsCount() > 0))
                .hasSize(1);
        List<WatchResponse> parts = fragments.responses().stream()
                .filter(r -> r.getEventsCount() > 0)
                .toList();
        assertThat(parts).hasSizeGreaterThan(1);
        assertThat(parts.subList(0, parts.size() - 1)).allMatch(WatchResponse::getFragment);
        assertThat(parts.getLast().getFragment()).isFalse();
    }

    @Test
    void shouldCutASlowWatcherAndKeepItsNeighbours() {
        close();
        open(new CacheLimits(50, 1 << 20));
        WatchClient slow = WatchClient.slow(channel);
        slow.create(prefix(DATA));
        client.create(prefix(DATA));
        await().until(() -> rig.api().status().watches().open() == 2);

        // more than stream window and socket buffers hold, each message at once so that it can't be one batch
        for (int i = 1; i <= 400; i++) {
            store.put(DATA + "a", "x".repeat(20_000));
            int sent = i;
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> client.events().size() == sent);
        }

        await().until(() -> rig.api().status().watches().cut() == 1);
        slow.take(10_000);
        await("told why")
                .until(() -> !slow.responses().isEmpty()
                        && slow.responses().getLast().getCompactRevision() > 0);
        assertThat(slow.responses().getLast().getCanceled()).isTrue();
        assertThat(slow.events().size()).isLessThan(400);
        assertThat(rig.api().status().watches().open()).isEqualTo(1);
    }

    @Test
    void shouldCutEveryWatchWhenEtcdBeginsAnotherHistory() {
        client.create(prefix(DATA));
        await().until(() -> rig.api().status().watches().open() == 1);

        store.replace(78);

        await().until(() -> client.responses().stream().anyMatch(WatchResponse::getCanceled));
        WatchResponse cut = client.responses().getLast();
        assertThat(cut.getCompactRevision()).isPositive();
        assertThat(cut.getHeader().getClusterId()).isEqualTo(78);
    }

    /** A Go client puts all its watches on one connection; a server that mishandles flow control stalls there. */
    @Test
    void shouldDeliverEverythingToAHundredStreamsOfOneConnection() {
        int puts = 2000;
        List<WatchClient> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            WatchClient one = WatchClient.open(channel);
            one.create(prefix(DATA));
            clients.add(one);
        }
        await().until(() -> rig.api().status().watches().open() == 100);

        for (int i = 0; i < puts; i++) {
            store.put(DATA + "k" + i % 100, "value " + i);
        }

        await().atMost(java.time.Duration.ofMinutes(1))
                .until(() -> clients.stream().allMatch(one -> one.events().size() == puts));
        for (WatchClient one : clients) {
            long last = 0;
            for (Event event : one.events()) {
                assertThat(event.getKv().getModRevision()).isGreaterThan(last);
                last = event.getKv().getModRevision();
            }
        }
        ApiStatus.Watches watches = rig.api().status().watches();
        assertThat(watches.encoded()).as("shared").isLessThan(watches.batches() / 5);
    }

    @Test
    void shouldSendEverythingAndThenSendItsClientsElsewhereWhenItStops() {
        client.create(prefix(DATA));
        WatchClient idle = WatchClient.open(channel);
        idle.create(prefix("cilium/synced/"));
        await().until(() -> rig.api().status().watches().open() == 2);
        long last = 0;
        for (int i = 0; i < 300; i++) {
            last = store.put(DATA + "k" + i, "x".repeat(2000)).value();
        }
        awaitRevision(last);

        rig.api().drain(Duration.ofSeconds(10));

        await().until(() -> client.end().isPresent() && idle.end().isPresent());
        assertThat(client.events()).hasSize(300);
        assertThat(client.end().orElseThrow().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(idle.end().orElseThrow().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(rig.api().status().clients()).isEmpty();
    }

    @Test
    void shouldNotWaitForeverForAClientThatReadsNothing() {
        WatchClient slow = WatchClient.slow(channel);
        slow.create(prefix(DATA));
        await().until(() -> rig.api().status().watches().open() == 1);
        long last = 0;
        for (int i = 0; i < 400; i++) {
            last = store.put(DATA + "k" + i, "x".repeat(20_000)).value();
        }
        awaitRevision(last);

        rig.api().drain(Duration.ofMillis(200));

        assertThat(rig.api().status().watches().open()).isEqualTo(1);
        assertThat(slow.end()).isEmpty();
    }

    private WatchResponse withEvents(long id) {
        return client.responses().stream()
                .filter(r -> r.getWatchId() == id && r.getEventsCount() > 0)
                .findFirst()
                .orElseThrow();
    }

    private void awaitEvents(int count) {
        await().until(() -> client.events().size() >= count);
    }

    private void awaitRevision(long revision) {
        await().until(() -> rig.cache().view().orElseThrow().revision() >= revision);
    }
}
