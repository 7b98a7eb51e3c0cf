package io.clustermesh.apiserver.api;

import static io.clustermesh.apiserver.api.WatchClient.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for too much, and the neighbours who must not notice. */
class FloodsTest {

    private static final String DATA = "cilium/state/";
    private static final int VALUE = 100_000;
    private static final int KEYS = 20;

    @TempDir
    private Path directory;

    private final InMemoryKvStore store = new InMemoryKvStore(77);
    private ApiRig rig;
    private ManagedChannel channel;
    private ManagedChannel neighbour;

    @BeforeEach
    void open() {
        for (int i = 0; i < KEYS; i++) {
            store.put(DATA + i, "x".repeat(VALUE));
        }
        rig = new ApiRig(
                directory,
                store,
                new StoreChannel(store),
                CacheLimits.DEFAULT,
                new ServiceLimits(
                        new ServiceLimits.Reads(Duration.ofMillis(300), Duration.ofSeconds(5), 1 << 20, 3L << 20, 100),
                        new ServiceLimits.Watches(3, 5, 8, 1000),
                        Duration.ofMillis(500)));
        channel = rig.channel(rig.peerEast());
        neighbour = rig.channel(rig.admin());
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        neighbour.shutdownNow();
        rig.close();
    }

    @Test
    void shouldBoundTheWatchesOfAStreamAConnectionAndAll() {
        WatchClient one = watches(channel, 4);
        WatchClient two = watches(channel, 3);
        WatchClient three = watches(neighbour, 3);
        WatchClient four = watches(neighbour, 1);

        assertThat(refusals(one)).as("of a stream").isEqualTo(1);
        assertThat(refusals(two)).as("of a connection").isEqualTo(1);
        assertThat(refusals(three)).isZero();
        assertThat(refusals(four)).as("of all").isEqualTo(1);
        assertThat(rig.api().status().requests().floods()).isEqualTo(3);
        assertThat(rig.api().status().watches().open()).isEqualTo(8);

        one.cancel(0);
        await().until(() -> rig.api().status().watches().open() == 7);
        one.hangUp();
        await().until(() -> rig.api().status().watches().open() == 5);
        assertThat(refusals(watches(channel, 2))).isZero();
    }

    @Test
    void shouldAnswerLargeReadsOneAfterTheOther() throws Exception {
        List<ListenableFuture<RangeResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(KVGrpc.newFutureStub(channel).range(all(15)));
        }

        for (RangeResponse answer : Futures.allAsList(answers).get()) {
            assertThat(answer.getKvsCount()).isEqualTo(15);
        }
        await().until(() -> rig.api().status().requests().now().answerBytes() == 0);
        assertThat(KVGrpc.newBlockingStub(neighbour).range(all(1)).getCount()).isEqualTo(KEYS);
    }

    @Test
    void shouldRefuseAnAnswerLargerThanAllTogetherMayBe() {
        for (int i = KEYS; i < 2 * KEYS; i++) {
            store.put(DATA + i, "x".repeat(VALUE));
        }
        await().until(() -> rig.cache().view().orElseThrow().keys() == 2 * KEYS);

        assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel).range(all(0)))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    assertThat(e.getStatus().getDescription())
                            .startsWith("etcdserver: too many requests")
                            .contains("pages");
                });
        assertThat(rig.api().status().requests().floods()).isEqualTo(1);
        assertThat(KVGrpc.newBlockingStub(channel).range(all(2)).getKvsCount()).isEqualTo(2);
    }

    @Test
    void shouldEndWatchesThatRequireALeaderOnceEtcdIsAwayForLong() {
        WatchClient strict = WatchClient.open(requiringLeader(channel));
        WatchClient patient = WatchClient.open(channel);
        strict.create(prefix(DATA));
        patient.create(prefix(DATA));
        await().until(() -> rig.api().status().watches().open() == 2);

        store.unreachable(true);
        await().until(() -> strict.end().isPresent());

        assertThat(strict.end().orElseThrow().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(strict.end().orElseThrow().getDescription()).isEqualTo("etcdserver: no leader");
        assertThat(patient.end()).isEmpty();
        assertThat(rig.api().status().requests().noLeader()).isEqualTo(1);
        assertThat(KVGrpc.newBlockingStub(channel).range(all(1)).getCount()).isEqualTo(KEYS);

        WatchClient again = WatchClient.open(requiringLeader(channel));
        again.create(prefix(DATA));
        await("taken for a while, without a storm")
                .until(() -> !again.responses().isEmpty());
        store.unreachable(false);
        store.put(DATA + "back", "1");
        await().until(() -> patient.events().size() == 1);
    }

    private static Channel requiringLeader(Channel channel) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static WatchClient watches(Channel channel, int count) {
        WatchClient client = WatchClient.open(channel);
        for (int i = 0; i < count; i++) {
            client.create(prefix(DATA));
        }
        await().until(() -> client.responses().size() == count);
        return client;
    }

    private static long refusals(WatchClient client) {
        return client.responses().stream()
                .filter(WatchResponse::getCanceled)
                .filter(response -> response.getCancelReason().startsWith("etcdserver: too many requests"))
                .count();
    }

    private static RangeRequest all(int limit) {
        return RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(DATA))
                .setRangeEnd(prefix(DATA).getRangeEnd())
                .setLimit(limit)
                .build();
    }
}
