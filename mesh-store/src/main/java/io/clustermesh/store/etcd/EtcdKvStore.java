package io.clustermesh.store.etcd;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.TxnRequest;
import io.clustermesh.store.etcd.pb.TxnResponse;
import io.clustermesh.store.etcd.pb.WatchGrpc;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Listing;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kvstore port over etcd's v3 gRPC API: an etcd, or a mesh-apiserver that speaks like one.
 *
 * <p>The store pins the server's {@code cluster_id}: a list sets it, and a watch that meets another one ends with
 * {@link WatchListener.End.OtherHistory}. It never retries by itself. Connecting happens at the first call, so a server
 * that is down shows there.
 */
public final class EtcdKvStore implements KvStore {

    private static final int PAGE_KEYS = 512;
    private static final int LIST_ATTEMPTS = 3;

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
        for (int attempt = 1; ; attempt++) {
            Listing listing = listOnce(range, attempt == LIST_ATTEMPTS);
            if (listing != null) {
                pinnedClusterId = listing.clusterId();
                return listing;
            }
        }
    }

    // null: the revision was compacted or the server replaced between two pages, begin again
    private @Nullable Listing listOnce(KeyRange range, boolean lastAttempt) {
        List<KeyValue> entries = new ArrayList<>();
        ByteString key = Messages.firstKey(range);
        long revision = 0;
        long clusterId = 0;
        int limit = PAGE_KEYS;
        while (true) {
            RangeResponse page;
            try {
                page = page(range, key, revision, limit);
            } catch (StatusRuntimeException e) {
                Status.Code code = e.getStatus().getCode();
                if (code == Status.Code.RESOURCE_EXHAUSTED && limit > 1) {
                    limit /= 2; // the page is larger than a message may be
                    continue;
                }
                if (code == Status.Code.OUT_OF_RANGE && revision > 0 && !lastAttempt) {
                    return null;
                }
                throw EtcdErrors.toStoreException("list of " + range, e);
            }
            if (revision == 0) {
                revision = page.getHeader().getRevision();
                clusterId = page.getHeader().getClusterId();
            } else if (clusterId != page.getHeader().getClusterId()) {
                if (!lastAttempt) {
                    return null;
                }
                throw new StoreException.Unavailable(
                        "list of %s failed: the server changes its cluster_id from page to page; point the endpoint at one etcd"
                                .formatted(range),
                        null);
            }
            page.getKvsList().forEach(kv -> entries.add(Messages.keyValue(kv)));
            if (!page.getMore() || page.getKvsCount() == 0) {
                return new Listing(clusterId, new Revision(revision), entries);
            }
            key = Messages.after(page.getKvs(page.getKvsCount() - 1).getKey());
        }
    }

    private RangeResponse page(KeyRange range, ByteString key, long revision, int limit) {
        // no sort order: etcd answers in key order anyway, and sorts the whole rest for each page if asked to
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(Messages.rangeEnd(range))
                .setRevision(revision)
                .setLimit(limit)
                .build();
        return calls.raw(
                (channel, stubs) -> stubs.on(KVGrpc.newBlockingStub(channel)).range(request));
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
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(requireLeader()))
                .watch(watch);
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
