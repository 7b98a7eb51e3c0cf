package io.clustermesh.apiserver.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.KVGrpc.KVBlockingStub;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeRequest.SortOrder;
import io.clustermesh.store.etcd.pb.RangeRequest.SortTarget;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same range requests to etcd and to us, compared field by field. */
class RangeDifferentialIT {

    private static final int REQUESTS = 600;

    @TempDir
    private Path directory;

    @Test
    void shouldAnswerAsEtcdDoes() {
        long seed = Long.getLong("clustermesh.seed", 20261121L);
        Random random = new Random(seed);
        try (EtcdServer etcd = EtcdServer.start();
                KvStore store = EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system());
                Lease lease = store.grant(Duration.ofMinutes(5));
                ApiRig rig = new ApiRig(directory, etcd, CacheLimits.DEFAULT, ServiceLimits.DEFAULT)) {
            ManagedChannel theirs = Grpc.newChannelBuilder(
                            etcd.endpoint().getAuthority(), InsecureChannelCredentials.create())
                    .build();
            ManagedChannel ours = rig.channel(rig.admin());
            long first = rig.cache().view().orElseThrow().revision();
            long last = write(store, lease, random);
            await().until(() -> rig.cache().view().orElseThrow().revision() >= last);

            for (int i = 0; i < REQUESTS; i++) {
                RangeRequest request = request(random, first, last);
                String expected = answer(KVGrpc.newBlockingStub(theirs), request);
                String actual = answer(KVGrpc.newBlockingStub(ours), request);
                assertThat(actual)
                        .as("seed %d, request %d: %s", seed, i, request)
                        .isEqualTo(expected);
            }
            theirs.shutdownNow();
            ours.shutdownNow();
        }
    }

    private static long write(KvStore store, Lease lease, Random random) {
        long last = 0;
        for (int i = 0; i < 300; i++) {
            List<Txn.Op> operations = new ArrayList<>();
            String key = key(random);
            operations.add(
                    random.nextInt(4) == 0
                            ? new Txn.Op.Delete(key)
                            : new Txn.Op.Put(
                                    key,
                                    // unique values, so that sorting by value has one answer
                                    ("%08d-%d".formatted(random.nextInt(100_000_000), i))
                                            .getBytes(StandardCharsets.UTF_8),
                                    random.nextInt(5) == 0 ? Optional.of(lease) : Optional.empty()));
            last = ((Txn.Outcome.Applied) store.commit(Txn.of(operations)))
                    .revision()
                    .value();
        }
        return last;
    }

    private static String key(Random random) {
        return List.of("cilium/state/", "cilium/cache/", "clustermesh/", "other/", "\u00e9/")
                        .get(random.nextInt(5))
                + random.nextInt(25);
    }

    private static RangeRequest request(Random random, long first, long last) {
        RangeRequest.Builder request = RangeRequest.newBuilder();
        request.setKey(
                random.nextInt(8) == 0
                        ? bytes(new byte[] {0})
                        : text(key(random).substring(0, 3)));
        switch (random.nextInt(5)) {
            case 0 -> request.setKey(text(key(random)));
            case 1 -> request.setRangeEnd(bytes(new byte[] {0}));
            case 2 -> request.setRangeEnd(text(key(random)));
            default -> request.setRangeEnd(text("d"));
        }
        if (random.nextInt(30) == 0) {
            request.clearKey();
        }
        if (random.nextBoolean()) {
            request.setLimit(random.nextInt(12));
        }
        if (random.nextBoolean()) {
            request.setRevision(first + random.nextInt((int) (last - first) + 4));
        }
        request.setSortOrderValue(random.nextInt(3));
        // by version there are ties, whose order etcd leaves open
        request.setSortTarget(List.of(SortTarget.KEY, SortTarget.CREATE, SortTarget.MOD, SortTarget.VALUE)
                .get(random.nextInt(4)));
        if (random.nextInt(3) == 0) {
            request.setSortOrder(SortOrder.NONE).setSortTarget(SortTarget.KEY);
        }
        request.setKeysOnly(random.nextInt(4) == 0 && request.getSortTarget() != SortTarget.VALUE);
        request.setCountOnly(random.nextInt(6) == 0);
        request.setSerializable(random.nextBoolean());
        if (random.nextInt(5) == 0) {
            request.setMinModRevision(first + random.nextInt((int) (last - first)));
        }
        if (random.nextInt(5) == 0) {
            request.setMaxModRevision(first + random.nextInt((int) (last - first)));
        }
        if (random.nextInt(8) == 0) {
            request.setMinCreateRevision(first + random.nextInt((int) (last - first)));
        }
        if (random.nextInt(8) == 0) {
            request.setMaxCreateRevision(first + random.nextInt((int) (last - first)));
        }
        return request.build();
    }

    /** Everything of the answer but who gave it: member and term. */
    private static String answer(KVBlockingStub server, RangeRequest request) {
        try {
            RangeResponse response = server.range(request);
            RangeResponse.Builder same = response.toBuilder();
            same.getHeaderBuilder().clearMemberId().clearRaftTerm();
            return same.build().toString();
        } catch (StatusRuntimeException e) {
            Status status = e.getStatus();
            return status.getCode() + " " + status.getDescription();
        }
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static ByteString bytes(byte[] bytes) {
        return ByteString.copyFrom(bytes);
    }
}
