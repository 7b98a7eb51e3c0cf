package io.clustermesh.apiserver.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.store.etcd.pb.ClusterGrpc;
import io.clustermesh.store.etcd.pb.CompactionRequest;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.LeaseGrantRequest;
import io.clustermesh.store.etcd.pb.LeaseGrpc;
import io.clustermesh.store.etcd.pb.LeaseRevokeRequest;
import io.clustermesh.store.etcd.pb.LeaseTimeToLiveRequest;
import io.clustermesh.store.etcd.pb.MaintenanceGrpc;
import io.clustermesh.store.etcd.pb.MemberListRequest;
import io.clustermesh.store.etcd.pb.MemberListResponse;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.StatusRequest;
import io.clustermesh.store.etcd.pb.StatusResponse;
import io.clustermesh.store.etcd.pb.WatchCreateRequest;
import io.clustermesh.store.testing.EtcdServer;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two etcds, one asked directly, the other through this API, live through the same life: whatever is asked of both, both
 * must say the same. Another life with {@code -Dclustermesh.seed=...}, a longer one with {@code
 * -Dclustermesh.twin.requests=...}.
 */
class TwinEtcdIT {

    private static final Logger LOG = LoggerFactory.getLogger(TwinEtcdIT.class);
    private static final long SEED = Long.getLong("clustermesh.seed", 20261121L);
    private static final int REQUESTS = Integer.getInteger("clustermesh.twin.requests", 10_500);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int WATCHES = 60;

    @TempDir
    private Path directory;

    private final TwinRequests requests = new TwinRequests(new Random(SEED));
    private final Map<String, Integer> asked = new HashMap<>();
    private final List<Long> leases = new ArrayList<>();
    private int step;
    private long compacted = 1;
    private long nextLease = 1000;
    private int open;
    private boolean half;
    private int progressAsked;

    @Test
    void shouldSayWhatEtcdSays() {
        LOG.atInfo().addKeyValue("seed", SEED).addKeyValue("requests", REQUESTS).log("twin etcds");
        try (EtcdServer one = EtcdServer.start();
                EtcdServer other = EtcdServer.start();
                ApiRig rig = new ApiRig(directory, other, CacheLimits.DEFAULT, ServiceLimits.DEFAULT)) {
            ManagedChannel direct = Grpc.newChannelBuilder(
                            one.endpoint().getAuthority(), InsecureChannelCredentials.create())
                    .build();
            ManagedChannel through = rig.channel(rig.admin());
            Life life = new Life(rig, direct, through);
            for (step = 0; step < REQUESTS; step++) {
                life.step();
            }
            life.sync();
            direct.shutdownNow();
            through.shutdownNow();
        }
        LOG.atInfo().addKeyValue("asked", asked).log("twin etcds agree");
        assertThat(asked.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(REQUESTS * 95 / 100);
        assertThat(asked)
                .containsKeys("Range", "Put", "DeleteRange", "Txn", "Compact", "LeaseRevoke", "watch", "cancel");
    }

    /** Both twins. */
    private final class Life {
        private final ApiRig rig;
        private final ManagedChannel direct;
        private final ManagedChannel through;
        private final Twin theirs;
        private final Twin ours;
        private TwinWatches theirWatches;
        private TwinWatches ourWatches;

        Life(ApiRig rig, ManagedChannel direct, ManagedChannel through) {
            this.rig = rig;
            this.direct = direct;
            this.through = through;
            theirs = new Twin(direct);
            ours = new Twin(through);
            theirWatches = new TwinWatches(direct);
            ourWatches = new TwinWatches(through);
        }

        void step() {
            long newest = theirs.revision();
            switch (requests.upTo(100)) {
                case 0 -> lease();
                case 1 -> {
                    if (requests.oneIn(3)) {
                        compact();
                    }
                    members();
                }
                case 2, 3, 4, 5, 6, 7 -> createWatch();
                case 8 -> cancelWatch();
                case 10 -> {
                    if (requests.oneIn(2)) {
                        progress();
                    }
                }
                case 11, 12, 13, 14, 15, 16 -> both(KVGrpc.getDeleteRangeMethod(), requests.delete());
                case 17, 18, 19, 20, 21, 22, 23, 24 ->
                    both(KVGrpc.getTxnMethod(), requests.txn(lastLease(), compacted, newest, 0));
                default -> {
                    if (requests.oneIn(3)) {
                        both(
                                KVGrpc.getPutMethod(),
                                requests.oneIn(400) ? requests.tooLarge() : requests.put(lastLease()));
                    } else {
                        range(newest);
                    }
                }
            }
            if (step % 500 == 499) {
                sync();
            }
            if (step % 3000 == 2999) {
                freshStreams();
            }
        }

        private <A, B extends Message> void both(MethodDescriptor<A, B> method, A request) {
            count(String.valueOf(method.getBareMethodName()));
            String expected = theirs.ask(method, request);
            String actual = ours.ask(method, request);
            assertThat(actual)
                    .as("seed %d, step %d, %s: %s", SEED, step, method.getBareMethodName(), request)
                    .isEqualTo(expected);
        }

        private void range(long newest) {
            RangeRequest request = requests.range(compacted, newest);
            if (request.getSerializable() || request.getRevision() > 0) {
                // may lag, and then says so in its header
                catchUp();
            }
            both(KVGrpc.getRangeMethod(), request);
        }

        private void lease() {
            switch (requests.upTo(4)) {
                case 0 -> {
                    if (!leases.isEmpty() && requests.oneIn(2)) {
                        long id = requests.oneIn(4) ? 42 : leases.removeLast();
                        both(
                                LeaseGrpc.getLeaseRevokeMethod(),
                                LeaseRevokeRequest.newBuilder().setID(id).build());
                    }
                }
                case 1 ->
                    both(
                            LeaseGrpc.getLeaseTimeToLiveMethod(),
                            LeaseTimeToLiveRequest.newBuilder()
                                    .setID(requests.oneIn(4) ? 42 : lastLease())
                                    .setKeys(false)
                                    .build());
                default -> {
                    long id = requests.oneIn(5) && !leases.isEmpty() ? leases.getFirst() : nextLease++;
                    both(
                            LeaseGrpc.getLeaseGrantMethod(),
                            LeaseGrantRequest.newBuilder()
                                    .setID(id)
                                    .setTTL(requests.oneIn(9) ? 0x7fff_ffff_ffffL : 3600)
                                    .build());
                    if (!leases.contains(id)) {
                        leases.add(id);
                    }
                }
            }
        }

        private long lastLease() {
            return leases.isEmpty() ? 0 : leases.getLast();
        }

        private void compact() {
            sync();
            long newest = theirs.revision();
            long at = requests.oneIn(4) ? requests.revision(compacted, newest) : compacted + (newest - compacted) / 4;
            both(
                    KVGrpc.getCompactMethod(),
                    CompactionRequest.newBuilder()
                            .setRevision(at)
                            .setPhysical(true)
                            .build());
            if (at > compacted && at <= newest) {
                compacted = at;
            }
        }

        private void members() {
            MemberListResponse expected =
                    ClusterGrpc.newBlockingStub(direct).memberList(MemberListRequest.getDefaultInstance());
            MemberListResponse actual =
                    ClusterGrpc.newBlockingStub(through).memberList(MemberListRequest.getDefaultInstance());
            assertThat(actual.getMembersCount()).isEqualTo(expected.getMembersCount());
            assertThat(actual.getMembers(0).getAllFields().keySet())
                    .isEqualTo(expected.getMembers(0).getAllFields().keySet());
            assertThat(actual.getMembers(0).getID())
                    .isEqualTo(actual.getHeader().getMemberId());
            StatusResponse status = MaintenanceGrpc.newBlockingStub(through).status(StatusRequest.getDefaultInstance());
            assertThat(status.getAllFields().keySet())
                    .isEqualTo(MaintenanceGrpc.newBlockingStub(direct)
                            .status(StatusRequest.getDefaultInstance())
                            .getAllFields()
                            .keySet());
            assertThat(status.getLeader()).isEqualTo(actual.getHeader().getMemberId());
            count("MemberList");
        }

        private void createWatch() {
            if (open >= WATCHES || half) {
                freshStreams();
            }
            catchUp();
            WatchCreateRequest request = requests.watch(compacted, theirs.revision());
            theirWatches.client().create(request.toBuilder());
            ourWatches.client().create(request.toBuilder());
            count("watch");
            open++;
            int all = open;
            // the next write must find it there, on both sides
            await("the watch", () -> theirWatches.created() == all && ourWatches.created() == all);
            if (requests.oneIn(100)) {
                // neither may end the stream because the client says no more
                theirWatches.client().complete();
                ourWatches.client().complete();
                half = true;
            }
        }

        private void cancelWatch() {
            // what is cancelled before it has caught up may or may not be told of the past
            sync();
            if (half) {
                return;
            }
            int id = requests.upTo(50);
            theirWatches.client().cancel(id);
            ourWatches.client().cancel(id);
            count("cancel");
            sync();
        }

        private void progress() {
            sync();
            if (half) {
                return;
            }
            count("progress");
            theirWatches.client().askProgress();
            ourWatches.client().askProgress();
            progressAsked++;
            await(
                    "progress",
                    () -> theirWatches.progress().size() == progressAsked
                            && ourWatches.progress().size() == progressAsked);
            assertThat(ourWatches.progress()).as("seed %d, step %d", SEED, step).isEqualTo(theirWatches.progress());
        }

        /** Both streams anew, so that a story stays short enough to be read. */
        private void freshStreams() {
            sync();
            theirWatches.client().hangUp();
            ourWatches.client().hangUp();
            theirWatches = new TwinWatches(direct);
            ourWatches = new TwinWatches(through);
            progressAsked = 0;
            open = 0;
            half = false;
        }

        private void catchUp() {
            await("the cache", () -> rig.cache().view().orElseThrow().revision() >= theirs.revision());
        }

        /** Every watch of both has been told the same. */
        void sync() {
            catchUp();
            if (!awaits(() -> ourWatches.agreesWith(theirWatches))) {
                assertThat(ourWatches.differenceFrom(theirWatches))
                        .as("seed %d, step %d, compacted %d", SEED, step, compacted)
                        .isEmpty();
            }
        }
    }

    private void count(String kind) {
        asked.merge(kind, 1, Integer::sum);
    }

    private void await(String what, BooleanSupplier condition) {
        assertThat(awaits(condition))
                .as("%s, seed %d, step %d", what, SEED, step)
                .isTrue();
    }

    private static boolean awaits(BooleanSupplier condition) {
        if (condition.getAsBoolean()) {
            return true;
        }
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(PATIENCE)
                    .until(condition::getAsBoolean);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }
}
