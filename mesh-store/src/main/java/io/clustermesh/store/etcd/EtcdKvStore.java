package io.clustermesh.store.etcd;

import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.TxnRequest;
import io.clustermesh.store.etcd.pb.TxnResponse;
import io.clustermesh.store.etcd.pb.WatchGrpc;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.PageListener;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.runtime.Clock;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kvstore port over etcd's v3 gRPC API: an etcd, or a mesh-apiserver that speaks like one.
 *
 * <p>The store pins the server's {@code cluster_id}: a list sets it, and a watch that meets another one ends with
 * {@link WatchListener.End.OtherHistory}. It never retries by itself. Connecting happens at the first call, so a server
 * that is down shows there.
 */
public final class EtcdKvStore implements KvStore {

    private final EtcdTransport transport;
    private final boolean ownsTransport;
    private final Calls calls;
    private final LeaseKeeper leases;
    private final Set<EtcdWatch> watches = ConcurrentHashMap.newKeySet();
    private volatile long pinnedClusterId;

    private EtcdKvStore(EtcdTarget target, EtcdTransport transport, boolean ownsTransport) {
        this.transport = transport;
        this.ownsTransport = ownsTransport;
        this.calls = new Calls(target, transport);
        this.leases = new LeaseKeeper(calls, transport.clock());
    }

    /**
     * A store with an event loop of its own.
     *
     * @throws StoreException.Unavailable if the TLS files can't be used
     */
    public static EtcdKvStore connect(EtcdTarget target, Clock clock) {
        return new EtcdKvStore(target, new EtcdTransport(clock), true);
    }

    /**
     * A store on the process's transport, for processes with several stores.
     *
     * @throws StoreException.Unavailable if the TLS files can't be used
     */
    public static EtcdKvStore connect(EtcdTarget target, EtcdTransport transport) {
        return new EtcdKvStore(target, transport, false);
    }

    @Override
    public Listing list(KeyRange range) {
        return gathered(range, new Pages(calls, transport.background(), range));
    }

    @Override
    public Optional<Listing> listAt(KeyRange range, Revision at) {
        try {
            return Optional.of(gathered(range, new Pages(calls, transport.background(), range, at)));
        } catch (StoreException.Invalid notReadable) {
            return Optional.empty();
        }
    }

    private Listing gathered(KeyRange range, Pages pages) {
        List<KeyValue> entries = new ArrayList<>();
        try {
            Listing at = scan(pages, new PageListener() {
                @Override
                public void onStart(long clusterId) {
                    entries.clear();
                }

                @Override
                public void onPage(List<KeyValue> page) {
                    entries.addAll(page);
                }
            });
            return new Listing(at.clusterId(), at.revision(), entries);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException.Unavailable("list of %s was interrupted".formatted(range), e);
        }
    }

    @Override
    public Listing scan(KeyRange range, PageListener listener) throws InterruptedException {
        return scan(new Pages(calls, transport.background(), range), listener);
    }

    @Override
    public Optional<Listing> scanAt(KeyRange range, Revision at, PageListener listener) throws InterruptedException {
        try {
            return Optional.of(scan(new Pages(calls, transport.background(), range, at), listener));
        } catch (StoreException.Invalid notReadable) {
            return Optional.empty();
        }
    }

    @Override
    public OptionalLong countAt(KeyRange range, Revision at) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(Messages.firstKey(range))
                .setRangeEnd(Messages.rangeEnd(range))
                .setRevision(at.value())
                .setCountOnly(true)
                .build();
        try {
            return OptionalLong.of(calls.raw((channel, stubs) ->
                            stubs.on(KVGrpc.newBlockingStub(channel)).range(request))
                    .getCount());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE) {
                return OptionalLong.empty();
            }
            throw EtcdErrors.toStoreException("count of " + range, e);
        }
    }

    private Listing scan(Pages pages, PageListener listener) throws InterruptedException {
        Listing at = pages.read(listener);
        pinnedClusterId = at.clusterId();
        return at;
    }

    @Override
    public Txn.Outcome commit(Txn txn) {
        TxnRequest request = Messages.txn(txn);
        TxnResponse answer;
        try {
            answer = calls.raw((channel, stubs) ->
                    stubs.on(KVGrpc.newBlockingStub(channel)).txn(request));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                leases.verify(leasesOf(txn));
            }
            throw EtcdErrors.toStoreException(
                    "transaction of %d operations".formatted(txn.operations().size()), e);
        }
        Revision revision = new Revision(answer.getHeader().getRevision());
        return answer.getSucceeded() ? new Txn.Outcome.Applied(revision) : new Txn.Outcome.Refused(revision);
    }

    private static Set<Lease> leasesOf(Txn txn) {
        Set<Lease> leases = ConcurrentHashMap.newKeySet();
        for (Txn.Op op : txn.operations()) {
            if (op instanceof Txn.Op.Put put) {
                put.lease().ifPresent(leases::add);
            }
        }
        return leases;
    }

    @Override
    public AutoCloseable watch(KeyRange range, Revision from, WatchListener listener) {
        ManagedChannel channel = calls.channel();
        EtcdWatch watch = new EtcdWatch(range, from, pinnedClusterId, listener, (ended, end) -> {
            watches.remove(ended);
            if (end instanceof WatchListener.End.Disconnected) {
                calls.failed(channel);
            }
        });
        watches.add(watch);
        WatchGrpc.WatchStub stub =
                WatchGrpc.newStub(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(requireLeader()));
        StreamObserver<WatchRequest> requests =
                (listener.neverWaits() ? stub.withExecutor(Runnable::run) : stub).watch(watch);
        try {
            requests.onNext(watch.request());
        } catch (IllegalStateException alreadyEnded) {
            // refused connections end the stream before its first message; the listener hears it by onEnd
        }
        return watch;
    }

    /** Makes a member that lost its leader end the watch, instead of staying silent. */
    private static Metadata requireLeader() {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        return headers;
    }

    @Override
    public Lease grant(Duration ttl) {
        return leases.grant(ttl);
    }

    @Override
    public Optional<Lease> adopt(long leaseId) {
        return leases.adopt(leaseId);
    }

    /** Ends watches and calls; leases stay until their time is over. */
    @Override
    public void close() {
        leases.close();
        List.copyOf(watches).forEach(EtcdWatch::close);
        calls.close();
        if (ownsTransport) {
            transport.close();
        }
    }
}
