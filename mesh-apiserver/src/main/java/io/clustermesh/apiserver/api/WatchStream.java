package io.clustermesh.apiserver.api;

import com.google.protobuf.InvalidProtocolBufferException;
import io.clustermesh.apiserver.api.Batches.Delivery;
import io.clustermesh.apiserver.cache.KeySpan;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.cache.WatchQuery;
import io.clustermesh.apiserver.cache.WatchResult;
import io.clustermesh.apiserver.h2.GrpcCall;
import io.clustermesh.apiserver.h2.GrpcStream;
import io.clustermesh.apiserver.h2.Payload;
import io.clustermesh.store.etcd.pb.WatchCreateRequest;
import io.clustermesh.store.etcd.pb.WatchCreateRequest.FilterType;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.clustermesh.store.runtime.Clock;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One {@code Watch} call: its watches, each a place in the history, and the client's readiness. Belongs to one event
 * loop; holds no events, so a slow client costs nothing but the wait.
 *
 * <p>{@link #drain} sends what the client will take. It is called when the cache moves, when the client becomes ready
 * and when a watch is created. Watches take turns from where the last drain stopped, so that a busy one can't starve
 * the others.
 */
final class WatchStream implements GrpcCall {

    /** No watch: the answer concerns the stream, or a watch that never was. */
    private static final long NO_WATCH = -1;

    private static final int MOST_SPENT = 10_000;

    private final WatchCache cache;
    private final FanOut fanOut;
    private final Headers headers;
    private final ApiCounters counters;
    private final Caller caller;
    private final WatchQuota.Share quota;
    private final long openedNanos;
    private final GrpcStream client;
    private final Map<Long, Watch> watches = new HashMap<>();
    private final Deque<Watch> turns = new ArrayDeque<>();

    /** Ids of watches that we ended: as in etcd they stay taken until the client cancels them too. */
    private final Set<Long> spent = new HashSet<>();

    private long nextId;
    private boolean progressAsked;
    private boolean requestHeldBack;
    private boolean ended;

    /** The revision after which it ends because this server stops; negative while it does not. */
    private long stopAfter = -1;

    /** What a stream shares with all others. */
    record Shared(WatchCache cache, Headers headers, ApiCounters counters, WatchQuota quota, Clock clock) {}

    WatchStream(Shared shared, FanOut fanOut, Caller caller, GrpcStream client) {
        this.cache = shared.cache();
        this.headers = shared.headers();
        this.counters = shared.counters();
        this.fanOut = fanOut;
        this.caller = caller;
        this.quota = shared.quota().join(caller.connection());
        this.openedNanos = shared.clock().monotonicNanos();
        this.client = client;
    }

    /** Within the call's start, on its event loop. */
    void open() {
        fanOut.add(this);
        client.take(1);
    }

    @Override
    public void onMessage(ByteBuf message) {
        WatchRequest request;
        try {
            request = WatchRequest.parseFrom(message.nioBuffer());
        } catch (InvalidProtocolBufferException e) {
            end(Status.INTERNAL.withDescription("grpc: failed to unmarshal the received message: " + e.getMessage()));
            return;
        }
        Optional<View> view = cache.view();
        if (view.isEmpty()) {
            end(EtcdErrors.notReady().getStatus());
            return;
        }
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(request.getCreateRequest(), view.get());
            case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId(), view.get());
            case PROGRESS_REQUEST -> progressAsked = true;
            case REQUESTUNION_NOT_SET -> {
                // etcd ignores what it does not know
            }
        }
        drain(view.get());
        more();
    }

    /** Hears the next request, once the client reads and is not ahead of its rate. */
    private void more() {
        long pause = quota.pauseNanos();
        if (ended) {
            return;
        }
        if (pause > 0) {
            var _ = fanOut.loop().schedule(this::more, pause, TimeUnit.NANOSECONDS);
        } else if (client.isReady()) {
            client.take(1);
        } else {
            requestHeldBack = true;
        }
    }

    /** The client will ask for nothing more, but goes on listening: a Python client may send one request and close. */
    @Override
    public void onHalfClose() {}

    @Override
    public void onComplete() {
        forgetAll();
    }

    @Override
    public void onCancel(Status why) {
        forgetAll();
    }

    @Override
    public void onReady() {
        if (ended) {
            return;
        }
        cache.view().ifPresent(this::drain);
        if (requestHeldBack && client.isReady()) {
            requestHeldBack = false;
            client.take(1);
        }
    }

    /** A fault of ours: this stream ends, the others go on. */
    void fail(RuntimeException fault) {
        end(Status.INTERNAL.withDescription("etcdserver: mesh-apiserver failed to serve this watch: " + fault));
    }

    /** This server stops: the stream ends when it has been sent everything up to {@code newest}. */
    void stopAfter(Optional<View> newest) {
        stopAfter = newest.map(View::revision).orElse(0L);
        newest.ifPresent(this::drain);
        stopIfDue();
    }

    private void stopIfDue() {
        if (!ended && stopAfter >= 0 && turns.stream().allMatch(watch -> watch.next() > stopAfter)) {
            end(EtcdErrors.stopping());
        }
    }

    /** Ends the stream as etcd does that has lost its leader, if the client asked for that. */
    void endWithoutLeader(long awaySinceNanos, long now, Duration limit) {
        if (caller.requiresLeader() && now - Math.max(awaySinceNanos, openedNanos) >= limit.toNanos()) {
            counters.noLeader.increment();
            end(EtcdErrors.noLeader().getStatus());
        }
    }

    private void end(Status status) {
        forgetAll();
        client.close(status);
    }

    private void forgetAll() {
        if (!ended) {
            ended = true;
            watches.values().forEach(watch -> fanOut.batches().leave(watch.group()));
            quota.give(watches.size());
            quota.leave();
            fanOut.remove(this);
            counters.watches.addAndGet(-watches.size());
            watches.clear();
            turns.clear();
        }
    }

    private void create(WatchCreateRequest request, View view) {
        byte[] key =
                request.getKey().isEmpty() ? new byte[] {0} : request.getKey().toByteArray();
        KeySpan span = KeySpan.of(key, request.getRangeEnd().toByteArray());
        if (!caller.role().mayRead(span)) {
            refuse(view, caller.role().refusal(span));
            return;
        }
        if (span.isEmpty()) {
            refuse(view, EtcdErrors.EMPTY_WATCH_RANGE);
            return;
        }
        if (request.getWatchId() != 0 && taken(request.getWatchId())) {
            refuse(view, EtcdErrors.DUPLICATE_WATCH_ID);
            return;
        }
        if (!quota.take(watches.size())) {
            counters.floodsRefused.increment();
            refuse(view, EtcdErrors.TOO_MANY + ": this connection has too many watches open; cancel some");
            return;
        }
        long id = request.getWatchId() != 0 ? request.getWatchId() : freeId();
        WatchQuery query = new WatchQuery(
                span,
                !request.getFiltersList().contains(FilterType.NOPUT),
                !request.getFiltersList().contains(FilterType.NODELETE),
                request.getPrevKv());
        long next = request.getStartRevision() == 0 ? view.revision() + 1 : request.getStartRevision();
        Watch watch = new Watch(
                id,
                fanOut.batches().join(query),
                new Watch.Options(request.getFragment(), request.getProgressNotify()),
                view.incarnation(),
                next);
        watches.put(id, watch);
        turns.addLast(watch);
        counters.watches.incrementAndGet();
        send(WatchResponse.newBuilder()
                .setHeader(headers.of(view))
                .setWatchId(id)
                .setCreated(true));
    }

    private long freeId() {
        while (taken(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    private boolean taken(long id) {
        return watches.containsKey(id) || spent.contains(id);
    }

    private void refuse(View view, String reason) {
        send(WatchResponse.newBuilder()
                .setHeader(headers.of(view))
                .setWatchId(NO_WATCH)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(reason));
    }

    private void cancel(long id, View view) {
        Watch watch = watches.get(id);
        if (watch != null) {
            turns.remove(watch);
            forget(watch);
        }
        if (watch != null || spent.remove(id)) {
            send(WatchResponse.newBuilder()
                    .setHeader(headers.of(view))
                    .setWatchId(id)
                    .setCanceled(true));
        }
    }

    private void forget(Watch watch) {
        watches.remove(watch.id());
        fanOut.batches().leave(watch.group());
        quota.give(1);
        counters.watches.decrementAndGet();
    }

    /** Sends what there is for each watch and what the client will take. */
    void drain(View view) {
        for (int turn = turns.size(); turn > 0 && !ended; turn--) {
            Watch watch = turns.removeFirst();
            if (serve(view, watch)) {
                turns.addLast(watch);
            }
        }
        if (progressAsked && !ended && turns.stream().allMatch(watch -> watch.next() > view.revision())) {
            progressAsked = false;
            send(WatchResponse.newBuilder().setHeader(headers.of(view)).setWatchId(NO_WATCH));
        }
        stopIfDue();
    }

    /** False if the watch is over. */
    private boolean serve(View view, Watch watch) {
        if (watch.incarnation() != view.incarnation()) {
            cut(view, watch, view.revision() + 1);
            return false;
        }
        while (watch.next() <= view.revision()) {
            boolean ready = client.isReady();
            Delivery delivery = ready ? fanOut.batches().read(view, watch.group(), watch.next()) : peek(view, watch);
            switch (delivery) {
                case Delivery.Nothing(long upTo) -> watch.seen(upTo);
                case Delivery.Compacted(long oldest) -> {
                    cut(view, watch, oldest);
                    return false;
                }
                case Delivery.Events events -> {
                    sendEvents(watch, events);
                    watch.seen(events.upTo());
                }
                case Delivery.Waits _ -> {
                    return true;
                }
            }
        }
        return true;
    }

    /** For a client that takes nothing now: only whether there is something, so that an idle watch does not age. */
    private static Delivery peek(View view, Watch watch) {
        return switch (view.anyChange(watch.group().query(), watch.next())) {
            case WatchResult.Nothing(long upTo) -> new Delivery.Nothing(upTo);
            case WatchResult.Compacted(long oldest) -> new Delivery.Compacted(oldest);
            case WatchResult.Changes _ -> new Delivery.Waits();
        };
    }

    private void sendEvents(Watch watch, Delivery.Events events) {
        watch.spoken();
        counters.batches.increment();
        List<byte[]> parts = events.parts();
        if (!watch.options().fragments() || parts.size() == 1) {
            client.send(events.answer(watch.id()));
            return;
        }
        for (int i = 0; i < parts.size(); i++) {
            boolean more = i < parts.size() - 1;
            client.send(Payload.of(WireFormat.head(events.header(), watch.id(), more), parts.get(i)));
        }
    }

    private void cut(View view, Watch watch, long oldest) {
        forget(watch);
        if (spent.size() < MOST_SPENT) {
            spent.add(watch.id());
        }
        counters.cut.increment();
        send(WatchResponse.newBuilder()
                .setHeader(headers.of(view))
                .setWatchId(watch.id())
                .setCanceled(true)
                // no reason beside it: etcd gives none either
                .setCompactRevision(oldest));
    }

    /** A sign of life for each idle watch that asked for it. */
    void reportProgress(View view) {
        for (Watch watch : turns) {
            if (watch.options().progress() && watch.wasQuiet() && watch.next() > view.revision() && client.isReady()) {
                send(WatchResponse.newBuilder().setHeader(headers.of(view)).setWatchId(watch.id()));
            }
        }
    }

    private void send(WatchResponse.Builder response) {
        client.send(Payload.of(response.build().toByteArray()));
    }
}
