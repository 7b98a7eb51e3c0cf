package io.clustermesh.apiserver.mirror;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.ResponseHeader;
import io.clustermesh.store.etcd.pb.WatchGrpc;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A peer's etcd over real sockets: serves a store in memory, except where a test makes it lie. */
final class HostileEtcd implements AutoCloseable {

    private static final long CLUSTER_ID = 66;

    private final InMemoryKvStore store = new InMemoryKvStore(CLUSTER_ID);
    private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;
    private volatile Function<RangeRequest, Optional<RangeResponse>> rangeLie = request -> Optional.empty();
    private volatile UnaryOperator<WatchResponse> watchLie = response -> response;
    private volatile boolean hangs;

    HostileEtcd() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .executor(handlers)
                .maxInboundMessageSize(64 << 20)
                .addService(new KVGrpc.KVImplBase() {
                    @Override
                    public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
                        if (!hangs) {
                            answer.onNext(rangeLie.apply(request).orElseGet(() -> truth(request)));
                            answer.onCompleted();
                        }
                    }
                })
                .addService(new WatchGrpc.WatchImplBase() {
                    @Override
                    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
                        return new Watching(answers);
                    }
                })
                .build()
                .start();
    }

    /** What it serves as long as it doesn't lie. */
    InMemoryKvStore store() {
        return store;
    }

    /** Answers that it gives instead of the truth. */
    void lieInRanges(Function<RangeRequest, Optional<RangeResponse>> lie) {
        rangeLie = lie;
    }

    /** What it makes of its watch messages. */
    void lieInWatches(UnaryOperator<WatchResponse> lie) {
        watchLie = lie;
    }

    /** Takes requests and answers none. */
    void hang() {
        hangs = true;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    static boolean asksFor(RangeRequest request, String prefix) {
        return request.getKey().toStringUtf8().startsWith(prefix);
    }

    static ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(CLUSTER_ID)
                .setRevision(revision)
                .build();
    }

    static io.clustermesh.store.etcd.pb.KeyValue entry(String key, byte[] value, long revision) {
        return io.clustermesh.store.etcd.pb.KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFrom(value))
                .setCreateRevision(revision)
                .setModRevision(revision)
                .setVersion(1)
                .build();
    }

    private RangeResponse truth(RangeRequest request) {
        String from = request.getKey().toStringUtf8();
        String to = request.getRangeEnd().toStringUtf8();
        Listing listing = store.list(KeyRange.prefix(""));
        List<KeyValue> all = listing.entries().stream()
                .filter(entry -> to.isEmpty()
                        ? entry.key().equals(from)
                        : entry.key().compareTo(from) >= 0 && entry.key().compareTo(to) < 0)
                .toList();
        long limit = request.getLimit() == 0 ? all.size() : Math.min(request.getLimit(), all.size());
        RangeResponse.Builder response = RangeResponse.newBuilder()
                .setHeader(header(listing.revision().value()))
                .setMore(limit < all.size());
        all.stream()
                .limit(limit)
                .forEach(entry -> response.addKvs(wire(entry, request.getKeysOnly() ? new byte[0] : entry.value())));
        return response.build();
    }

    private static io.clustermesh.store.etcd.pb.KeyValue wire(KeyValue entry, byte[] value) {
        return entry(entry.key(), value, entry.version().modified().value()).toBuilder()
                .setCreateRevision(entry.version().created().value())
                .build();
    }

    private final class Watching implements StreamObserver<WatchRequest>, WatchListener {

        private final StreamObserver<WatchResponse> answers;

        Watching(StreamObserver<WatchResponse> answers) {
            this.answers = answers;
        }

        @Override
        public void onNext(WatchRequest request) {
            String key = request.getCreateRequest().getKey().toStringUtf8();
            boolean single = request.getCreateRequest().getRangeEnd().isEmpty();
            say(WatchResponse.newBuilder()
                    .setHeader(header(store.list(KeyRange.key("x")).revision().value()))
                    .setCreated(true)
                    .build());
            store.watch(
                    single ? KeyRange.key(key) : KeyRange.prefix(key),
                    new Revision(Math.max(1, request.getCreateRequest().getStartRevision())),
                    this);
        }

        private void say(WatchResponse response) {
            synchronized (answers) {
                answers.onNext(response);
            }
        }

        @Override
        public void onEvents(List<WatchListener.Event> events, Revision upTo) {
            WatchResponse.Builder response = WatchResponse.newBuilder().setHeader(header(upTo.value()));
            for (WatchListener.Event event : events) {
                switch (event) {
                    case WatchListener.Event.Put(KeyValue entry) ->
                        response.addEventsBuilder().setKv(wire(entry, entry.value()));
                    case WatchListener.Event.Delete(String key, Revision revision) ->
                        response.addEventsBuilder().setTypeValue(1).setKv(entry(key, new byte[0], revision.value()));
                }
            }
            say(watchLie.apply(response.build()));
        }

        @Override
        public void onEnd(End end) {}

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {}
    }

    @Override
    public void close() {
        server.shutdownNow();
        store.close();
        handlers.shutdownNow();
    }
}
