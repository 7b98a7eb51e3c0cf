package io.clustermesh.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.etcd.pb.CompactionRequest;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.KvStoreContract;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.RecordingListener;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.WatchListener.End;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EtcdKvStoreIT extends KvStoreContract {

    private static EtcdServer etcd;
    private static EtcdTransport transport;
    private static EtcdKvStore store;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.start();
        transport = new EtcdTransport(Clock.system());
        store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), transport);
    }

    @AfterAll
    static void stop() {
        if (store != null) {
            store.close();
            transport.close();
            etcd.close();
        }
    }

    @Override
    protected KvStore store() {
        return store;
    }

    @Override
    protected void compact() {
        ManagedChannel channel = transport.channel(etcd.endpoint(), Optional.empty(), Optional.empty());
        try {
            KVGrpc.newBlockingStub(channel)
                    .compact(CompactionRequest.newBuilder()
                            .setRevision(
                                    store.list(KeyRange.key("x")).revision().value())
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void shouldSayThatTheServerIsAwayAndComeBackWithoutBeingToldTo() {
        try (EtcdServer own = EtcdServer.start();
                EtcdKvStore client = EtcdKvStore.connect(EtcdTarget.plaintext(own.endpoint()), Clock.system())) {
            Listing before = client.list(KeyRange.prefix("a/"));
            RecordingListener listener = new RecordingListener();
            client.watch(KeyRange.prefix("a/"), before.revision().next(), listener);
            await().until(listener::started);

            own.down();

            await().untilAsserted(() -> assertThat(listener.end()).containsInstanceOf(End.Disconnected.class));
            assertThatThrownBy(() -> client.list(KeyRange.prefix("a/")))
                    .isInstanceOf(StoreException.Unavailable.class)
                    .hasMessageContaining("list of");
            own.up();
            await().ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(client.list(KeyRange.prefix("a/")).clusterId())
                                    .isEqualTo(before.clusterId()));
        }
    }

    @Test
    void shouldNoticeAnotherHistoryAndTheLossOfLeases() {
        try (EtcdServer own = EtcdServer.start();
                EtcdKvStore client = EtcdKvStore.connect(EtcdTarget.plaintext(own.endpoint()), Clock.system())) {
            Lease lease = client.grant(Duration.ofMinutes(10));
            client.commit(Txn.of(List.of(new Txn.Op.Put("a/b", new byte[] {1}, Optional.of(lease)))));
            Listing before = client.list(KeyRange.prefix("a/"));

            own.down();
            own.wipe();
            own.up();

            RecordingListener listener = new RecordingListener();
            await().until(() -> {
                RecordingListener attempt = new RecordingListener();
                client.watch(KeyRange.prefix("a/"), before.revision().next(), attempt);
                await().until(() -> attempt.end().isPresent());
                attempt.end().ifPresent(listener::onEnd);
                return attempt.end().orElseThrow() instanceof End.OtherHistory;
            });
            await().untilAsserted(() -> assertThat(lease.alive()).isFalse());
        }
    }

    @Test
    void shouldFindTheEndpointThatAnswers() {
        EtcdTarget target = new EtcdTarget(
                List.of(java.net.URI.create("http://127.0.0.1:1"), etcd.endpoint()),
                Optional.empty(),
                Duration.ofSeconds(5));
        try (EtcdKvStore client = EtcdKvStore.connect(target, transport)) {
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(
                                    client.list(KeyRange.prefix("nothing/")).entries())
                            .isEmpty());
        }
    }

    @Test
    void shouldRefuseCallsOnceClosedInsteadOfWaitingForEver() {
        EtcdKvStore closed = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
        Lease lease = closed.grant(Duration.ofMinutes(1));
        closed.close();

        lease.close();

        assertThatThrownBy(() -> closed.list(KeyRange.prefix("a/")))
                .isInstanceOf(StoreException.Unavailable.class)
                .hasMessageContaining("closed");
    }
}
