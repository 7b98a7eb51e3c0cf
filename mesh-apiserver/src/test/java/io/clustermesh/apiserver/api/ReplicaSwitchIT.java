package io.clustermesh.apiserver.api;

import static io.clustermesh.apiserver.api.WatchClient.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import io.grpc.ManagedChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas over one etcd: a client that leaves one with its revision goes on at the other. */
class ReplicaSwitchIT {

    private static final String DATA = "cilium/state/nodes/v1/west/";

    @TempDir
    private Path directory;

    private EtcdServer etcd;
    private KvStore store;
    private ApiRig first;

    @BeforeEach
    void start() {
        etcd = EtcdServer.start();
        store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
        first = replica("first");
    }

    @AfterEach
    void stop() {
        first.close();
        store.close();
        etcd.close();
    }

    @Test
    void shouldGoOnAtAReplicaThatStartedLater() {
        long from = put(0);
        ManagedChannel before = first.channel(first.peerEast());
        WatchClient client = WatchClient.open(before);
        client.create(prefix(DATA).setStartRevision(from));
        await().until(() -> client.events().size() == 1);
        before.shutdownNow();
        for (int i = 1; i <= 300; i++) {
            put(i);
        }

        try (ApiRig second = replica("second")) {
            ManagedChannel after = second.channel(second.peerEast());
            WatchClient again = WatchClient.open(after);
            again.create(prefix(DATA).setStartRevision(from + 1));
            await().until(() -> again.events().size() == 300);

            assertThat(again.responses()).noneMatch(WatchResponse::getCanceled);
            assertThat(again.events().stream().map(event -> event.getKv().getModRevision()))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(from + 1, from + 300).boxed().toList());
            long follows = put(301);
            await().until(() -> again.events().getLast().getKv().getModRevision() == follows);
            assertThat(KVGrpc.newBlockingStub(after)
                            .range(all().setRevision(from).build())
                            .getCount())
                    .as("a list that began at the other replica")
                    .isEqualTo(1);
            after.shutdownNow();
        }
    }

    @Test
    void shouldKnowAsMuchOfThePastAsEtcdDoes() {
        long start = put(0);
        for (int i = 1; i <= 100; i++) {
            put(i);
        }
        ManagedChannel admin = first.channel(first.admin());
        KVGrpc.newBlockingStub(admin)
                .compact(io.clustermesh.store.etcd.pb.CompactionRequest.newBuilder()
                        .setRevision(start + 50)
                        .build());
        admin.shutdownNow();

        try (ApiRig second = replica("second")) {
            ManagedChannel channel = second.channel(second.peerEast());
            WatchClient late = WatchClient.open(channel);
            late.create(prefix(DATA).setStartRevision(start + 51));
            WatchClient tooLate = WatchClient.open(channel);
            tooLate.create(prefix(DATA).setStartRevision(start + 40));

            await().until(() -> late.events().size() == 50);
            await().until(() -> tooLate.responses().size() == 2);
            assertThat(tooLate.responses().getLast().getCompactRevision()).isBetween(start + 50, start + 51);
            channel.shutdownNow();
        }
    }

    private ApiRig replica(String name) {
        return new ApiRig(directory.resolve(name), etcd, CacheLimits.DEFAULT, ServiceLimits.DEFAULT);
    }

    private static RangeRequest.Builder all() {
        return RangeRequest.newBuilder()
                .setKey(prefix(DATA).getKey())
                .setRangeEnd(ByteString.copyFrom(prefix(DATA).getRangeEnd().toByteArray()));
    }

    private long put(int node) {
        Txn.Outcome outcome = store.commit(Txn.of(
                List.of(new Txn.Op.Put(DATA + "n" + node, "node".getBytes(StandardCharsets.UTF_8), Optional.empty()))));
        return ((Txn.Outcome.Applied) outcome).revision().value();
    }
}
