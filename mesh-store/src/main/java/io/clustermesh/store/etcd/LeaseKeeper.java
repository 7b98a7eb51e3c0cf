package io.clustermesh.store.etcd;

import io.clustermesh.store.etcd.pb.LeaseGrantRequest;
import io.clustermesh.store.etcd.pb.LeaseGrantResponse;
import io.clustermesh.store.etcd.pb.LeaseGrpc;
import io.clustermesh.store.etcd.pb.LeaseKeepAliveRequest;
import io.clustermesh.store.etcd.pb.LeaseKeepAliveResponse;
import io.clustermesh.store.etcd.pb.LeaseRevokeRequest;
import io.clustermesh.store.etcd.pb.LeaseTimeToLiveRequest;
import io.clustermesh.store.etcd.pb.LeaseTimeToLiveResponse;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.runtime.Worker;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a store's leases alive over one stream. Owns one virtual thread, started with the first lease, which alone
 * sends; answers come on gRPC's callback threads and touch only the lease they name. A stream that ends, even with OK,
 * is opened again, and every lease is asked for at once, so the loss of a lease shows as soon as the server is back.
 */
final class LeaseKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final Calls calls;
    private final Clock clock;
    private final Map<Long, EtcdLease> leases = new ConcurrentHashMap<>();
    private final Mailbox<Boolean> wake = new Mailbox<>(1);
    private @Nullable Worker worker;
    private boolean closed;

    LeaseKeeper(Calls calls, Clock clock) {
        this.calls = calls;
        this.clock = clock;
    }

    Lease grant(Duration ttl) {
        long before = clock.monotonicNanos();
        LeaseGrantResponse answer = calls.unary(
                "grant of a lease of " + ttl,
                (channel, stubs) -> stubs.on(LeaseGrpc.newBlockingStub(channel))
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setTTL(Math.max(1, ttl.toSeconds()))
                                .build()));
        return keep(new EtcdLease(answer.getID(), Duration.ofSeconds(answer.getTTL()), before, clock, this));
    }

    Optional<Lease> adopt(long id) {
        long before = clock.monotonicNanos();
        LeaseTimeToLiveResponse answer = timeToLive(id);
        if (answer.getTTL() <= 0) {
            return Optional.empty();
        }
        Duration spent = Duration.ofSeconds(answer.getGrantedTTL() - answer.getTTL());
        return Optional.of(keep(
                new EtcdLease(id, Duration.ofSeconds(answer.getGrantedTTL()), before - spent.toNanos(), clock, this)));
    }

    /** Asks the server which of {@code suspects} it still knows. */
    void verify(Collection<Lease> suspects) {
        for (Lease suspect : suspects) {
            if (suspect instanceof EtcdLease lease && timeToLive(lease.id()).getTTL() <= 0) {
                lease.lost();
            }
        }
    }

    void forget(EtcdLease lease) {
        leases.remove(lease.id(), lease);
    }

    /** Best effort: a lease that can't be revoked runs out by itself. */
    void revoke(long id) {
        try {
            calls.unary(
                    "revocation of lease " + id,
                    (channel, stubs) -> stubs.on(LeaseGrpc.newBlockingStub(channel))
                            .leaseRevoke(
                                    LeaseRevokeRequest.newBuilder().setID(id).build()));
        } catch (StoreException e) {
            LOG.atDebug().setCause(e).addKeyValue("lease", id).log("lease not revoked, it will run out");
        }
    }

    private LeaseTimeToLiveResponse timeToLive(long id) {
        return calls.unary(
                "time to live of lease " + id,
                (channel, stubs) -> stubs.on(LeaseGrpc.newBlockingStub(channel))
                        .leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder().setID(id).build()));
    }

    private synchronized EtcdLease keep(EtcdLease lease) {
        leases.put(lease.id(), lease);
        if (worker == null && !closed) {
            worker = Worker.start("etcd-leases", this::loop);
        }
        wake.offer(true);
        return lease;
    }

    private void loop() throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
        while (true) {
            while (leases.isEmpty()) {
                wake.poll(LONGEST_WAIT);
            }
            ManagedChannel channel = calls.channel();
            Answers answers = new Answers(backoff);
            StreamObserver<LeaseKeepAliveRequest> requests =
                    LeaseGrpc.newStub(channel).leaseKeepAlive(answers);
            leases.values().forEach(EtcdLease::askAgain);
            try {
                while (!answers.ended) {
                    wake.poll(sendDue(requests));
                }
            } finally {
                requests.onError(new InterruptedException("lease stream abandoned"));
            }
            calls.failed(channel);
            clock.sleep(backoff.afterFailure());
        }
    }

    private Duration sendDue(StreamObserver<LeaseKeepAliveRequest> requests) {
        long wait = LONGEST_WAIT.toNanos();
        for (EtcdLease lease : leases.values()) {
            if (!lease.alive()) {
                forget(lease);
                continue;
            }
            if (lease.dueInNanos() <= 0) {
                lease.sent();
                requests.onNext(
                        LeaseKeepAliveRequest.newBuilder().setID(lease.id()).build());
            }
            wait = Math.min(wait, Math.max(0, lease.dueInNanos()));
        }
        return Duration.ofNanos(wait);
    }

    /** Answers of one stream. */
    private final class Answers implements StreamObserver<LeaseKeepAliveResponse> {

        private final Backoff backoff;
        private volatile boolean ended;

        Answers(Backoff backoff) {
            this.backoff = backoff;
        }

        @Override
        public void onNext(LeaseKeepAliveResponse answer) {
            EtcdLease lease = leases.get(answer.getID());
            if (lease != null) {
                lease.answered(answer.getTTL() > 0);
            }
            if (!ended) {
                backoff.succeeded();
            }
            wake.offer(true);
        }

        @Override
        public void onError(Throwable failure) {
            LOG.atDebug().setCause(failure).log("lease stream broke");
            ended = true;
            wake.offer(true);
        }

        @Override
        public void onCompleted() {
            ended = true;
            wake.offer(true);
        }
    }

    /** Stops asking; the leases stay until their time is over. */
    @Override
    public synchronized void close() {
        closed = true;
        leases.clear();
        if (worker != null) {
            worker.close();
        }
    }
}
