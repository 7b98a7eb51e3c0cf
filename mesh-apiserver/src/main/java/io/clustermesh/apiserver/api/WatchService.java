package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.h2.Payload;
import io.clustermesh.store.etcd.pb.WatchGrpc;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code Watch}: gives each stream to the {@link FanOut} of the event loop that it arrives on. */
final class WatchService implements AutoCloseable {

    private final WatchStream.Shared shared;
    private final List<FanOut> fanOuts = new ArrayList<>();
    private final AutoCloseable subscription;

    /** @param leaderAway how long a stream that requires a leader lives on without etcd */
    WatchService(Loops loops, WatchStream.Shared shared, Duration progressInterval, Duration leaderAway) {
        this.shared = shared;
        long look = Math.max(1, leaderAway.toNanos() / 20);
        WatchCache cache = shared.cache();
        for (EventExecutor loop : loops.all()) {
            FanOut fanOut = new FanOut(loop, cache, shared.counters());
            fanOuts.add(fanOut);
            long interval = progressInterval.toNanos();
            var _ = loop.scheduleAtFixedRate(fanOut::reportProgress, interval, interval, TimeUnit.NANOSECONDS);
            var _ = loop.scheduleAtFixedRate(() -> endLeaderless(fanOut, leaderAway), look, look, TimeUnit.NANOSECONDS);
        }
        subscription = cache.onAdvance(() -> fanOuts.forEach(FanOut::advanced));
    }

    private void endLeaderless(FanOut fanOut, Duration limit) {
        shared.cache()
                .awaySinceNanos()
                .ifPresent(since -> fanOut.endLeaderless(since, shared.clock().monotonicNanos(), limit));
    }

    ServerServiceDefinition definition() {
        MethodDescriptor<WatchRequest, Payload> watch = WatchGrpc.getWatchMethod().toBuilder(
                        WatchGrpc.getWatchMethod().getRequestMarshaller(), new WireMessage())
                .build();
        return ServerServiceDefinition.builder(WatchGrpc.SERVICE_NAME)
                .addMethod(watch, ServerCalls.asyncBidiStreamingCall(this::open))
                .build();
    }

    private StreamObserver<WatchRequest> open(StreamObserver<Payload> client) {
        WatchStream stream =
                new WatchStream(shared, fanOutHere(), Caller.current(), (ServerCallStreamObserver<Payload>) client);
        stream.open();
        return stream;
    }

    /** With the direct executor a call starts on its connection's event loop, and stays there. */
    private FanOut fanOutHere() {
        return fanOuts.stream()
                .filter(fanOut -> fanOut.loop().inEventLoop())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "a watch was started outside the API's event loops; the server must use the direct executor"));
    }

    @Override
    public void close() throws Exception {
        subscription.close();
    }
}
