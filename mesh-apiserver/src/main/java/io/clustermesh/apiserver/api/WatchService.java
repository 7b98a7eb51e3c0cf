package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.h2.GrpcCall;
import io.clustermesh.apiserver.h2.GrpcStream;
import io.clustermesh.store.etcd.pb.WatchGrpc;
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

    WatchService(Loops loops, WatchStream.Shared shared, ApiLimits limits) {
        this.shared = shared;
        Duration leaderAway = limits.services().leaderAway();
        long look = Math.max(1, leaderAway.toNanos() / 20);
        WatchCache cache = shared.cache();
        for (EventExecutor loop : loops.all()) {
            FanOut fanOut = new FanOut(
                    loop,
                    cache,
                    new Batches(shared.headers(), shared.counters(), limits.maxEventsPerMessage()),
                    shared.clock());
            fanOuts.add(fanOut);
            long interval = limits.progressInterval().toNanos();
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

    /** The path of {@code Watch.Watch}. */
    static String path() {
        return "/" + WatchGrpc.getWatchMethod().getFullMethodName();
    }

    /** A call begins. */
    GrpcCall open(GrpcStream client) {
        Caller caller = Caller.of(client.client(), client.headers());
        WatchStream stream = new WatchStream(shared, fanOut(client.loop()), caller, client);
        stream.open();
        return stream;
    }

    private FanOut fanOut(EventExecutor loop) {
        return fanOuts.stream()
                .filter(fanOut -> fanOut.loop() == loop)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a watch came in on a loop that is not this server's"));
    }

    /** Ends each stream once it has been sent everything up to now; any thread. */
    void stop() {
        fanOuts.forEach(fanOut -> fanOut.loop().execute(fanOut::stop));
    }

    @Override
    public void close() throws Exception {
        subscription.close();
    }
}
