package io.clustermesh.apiserver.api;

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
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that want the newest, with a stand-in for etcd that may take its time. */
class NewestReadTest {

    private static final String KEY = "cilium/state/nodes/v1/west/a";

    @TempDir
    private Path directory;

    private final InMemoryKvStore store = new InMemoryKvStore(77);
    private final StoreChannel etcd = new StoreChannel(store);
    private ApiRig rig;
    private ManagedChannel admin;
    private ManagedChannel peer;

    @BeforeEach
    void open() {
        store.put(KEY, "old");
        ServiceLimits.Reads reads = ServiceLimits.DEFAULT.reads();
        rig = new ApiRig(
                directory,
                store,
                etcd,
                CacheLimits.DEFAULT,
                new ServiceLimits(
                        new ServiceLimits.Reads(
                                Duration.ofMillis(300),
                                Duration.ofSeconds(20),
                                reads.connectionBytes(),
                                reads.totalBytes(),
                                reads.waiting()),
                        ServiceLimits.DEFAULT.watches(),
                        ServiceLimits.DEFAULT.leaderAway()));
        admin = rig.channel(rig.admin());
        peer = rig.channel(rig.peerEast());
    }

    @AfterEach
    void close() {
        admin.shutdownNow();
        peer.shutdownNow();
        rig.close();
    }

    @Test
    void shouldAskEtcdOnceForAllThatWait() throws Exception {
        etcd.hold();
        List<ListenableFuture<RangeResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(KVGrpc.newFutureStub(admin).range(read().build()));
        }
        await().until(() -> rig.api().status().requests().now().waiting() == 50);
        long written = store.put(KEY, "new").value();
        etcd.release();

        for (RangeResponse answer : Futures.allAsList(answers).get()) {
            assertThat(answer.getHeader().getRevision()).isGreaterThanOrEqualTo(written);
            assertThat(answer.getKvs(0).getValue().toStringUtf8()).isEqualTo("new");
        }
        assertThat(etcd.calls()).as("one under way, one for all who came later").isEqualTo(2);
        assertThat(rig.api().status().requests().now().waiting()).isZero();
    }

    @Test
    void shouldNotAskForWhatCannotChangeOrMayLag() {
        etcd.hold();
        long now = rig.cache().view().orElseThrow().revision();

        assertThat(range(admin, read().setSerializable(true)).getKvsCount()).isEqualTo(1);
        assertThat(range(admin, read().setRevision(now)).getKvsCount()).isEqualTo(1);

        assertThat(etcd.calls()).isZero();
    }

    @Test
    void shouldServeReadersFromMemoryWhenEtcdIsSilentOrAway() {
        etcd.hold();
        assertThat(range(peer, read()).getKvs(0).getValue().toStringUtf8()).isEqualTo("old");
        assertThat(rig.api().status().requests().stale()).isEqualTo(1);

        store.unreachable(true);
        etcd.release();
        assertThat(range(peer, read()).getKvsCount()).isEqualTo(1);
        assertThat(rig.api().status().requests().stale()).isEqualTo(2);
    }

    @Test
    void shouldTellTheAdministratorThatEtcdIsAway() {
        store.unreachable(true);

        assertThatThrownBy(() -> range(admin, read())).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(e.getStatus().getDescription()).startsWith("etcdserver: request timed out");
        });
        assertThat(range(admin, read().setSerializable(true)).getKvsCount()).isEqualTo(1);
    }

    @Test
    void shouldWaitForARevisionThatEtcdHasAndRefuseOneThatItHasNot() throws Exception {
        long now = rig.cache().view().orElseThrow().revision();
        etcd.hold();
        ListenableFuture<RangeResponse> soon =
                KVGrpc.newFutureStub(admin).range(read().setRevision(now + 1).build());
        await().until(() -> rig.api().status().requests().now().waiting() == 1);
        store.put(KEY, "new");
        etcd.release();
        assertThat(soon.get().getKvs(0).getValue().toStringUtf8()).isEqualTo("new");

        assertThatThrownBy(() -> range(peer, read().setRevision(now + 100)))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
                    assertThat(e.getStatus().getDescription())
                            .isEqualTo("etcdserver: mvcc: required revision is a future revision");
                });
    }

    private static RangeRequest.Builder read() {
        return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(KEY));
    }

    private static RangeResponse range(ManagedChannel channel, RangeRequest.Builder request) {
        return KVGrpc.newBlockingStub(channel).range(request.build());
    }
}
