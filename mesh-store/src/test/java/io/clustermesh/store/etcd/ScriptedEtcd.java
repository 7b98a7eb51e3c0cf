package io.clustermesh.store.etcd;

import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.KeyValue;
import io.clustermesh.store.etcd.pb.ResponseHeader;
import io.clustermesh.store.etcd.pb.WatchGrpc;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** A server that answers watches as a test says, to do what a real etcd rarely does. */
final class ScriptedEtcd implements AutoCloseable {

    static final long CLUSTER_ID = 7;

    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final Server server;
    private final List<WatchRequest> requests = new CopyOnWriteArrayList<>();
    private final List<String> leaderHeaders = new CopyOnWriteArrayList<>();

    ScriptedEtcd(BiConsumer<WatchRequest, StreamObserver<WatchResponse>> script) throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        Optional.ofNullable(headers.get(HAS_LEADER)).ifPresent(leaderHeaders::add);
                        return next.startCall(call, headers);
                    }
                })
                .addService(new WatchGrpc.WatchImplBase() {
                    @Override
                    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
                        return new Requests(answers, script);
                    }
                })
                .build()
                .start();
    }

    private final class Requests implements StreamObserver<WatchRequest> {

        private final StreamObserver<WatchResponse> answers;
        private final BiConsumer<WatchRequest, StreamObserver<WatchResponse>> script;

        Requests(
                StreamObserver<WatchResponse> answers, BiConsumer<WatchRequest, StreamObserver<WatchResponse>> script) {
            this.answers = answers;
            this.script = script;
        }

        @Override
        public void onNext(WatchRequest request) {
            requests.add(request);
            script.accept(request, answers);
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {}
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    List<WatchRequest> requests() {
        return requests;
    }

    List<String> leaderHeaders() {
        return leaderHeaders;
    }

    static WatchResponse.Builder answer(long revision) {
        return WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(CLUSTER_ID).setRevision(revision));
    }

    static Event put(String key, long revision) {
        return Event.newBuilder()
                .setKv(KeyValue.newBuilder()
                        .setKey(com.google.protobuf.ByteString.copyFromUtf8(key))
                        .setCreateRevision(revision)
                        .setModRevision(revision)
                        .setVersion(1))
                .build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
