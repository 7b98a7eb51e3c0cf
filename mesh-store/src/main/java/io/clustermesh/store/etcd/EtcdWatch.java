package io.clustermesh.store.etcd;

import io.clustermesh.store.etcd.pb.WatchCreateRequest;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener;
import io.clustermesh.store.kv.WatchListener.End;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One watch on one gRPC stream. gRPC calls it on a virtual thread (on the connection's event loop if the listener
 * {@linkplain WatchListener#neverWaits never waits}), one call at a time; more messages are asked for only
 * after the listener has taken the last ones, so a slow listener holds a dozen and fills its own stream's window.
 */
final class EtcdWatch implements ClientResponseObserver<WatchRequest, WatchResponse>, AutoCloseable {

    /** Messages that may be under way between the connection and the listener. */
    private static final int AHEAD = 12;

    private final KeyRange range;
    private final Revision from;
    private final long pinnedClusterId;
    private final WatchListener listener;
    private final BiConsumer<EtcdWatch, End> onEnded;
    private volatile @Nullable ClientCallStreamObserver<WatchRequest> stream;
    private volatile boolean closing;
    private boolean ended;
    private int taken;

    /**
     * @param pinnedClusterId the history that {@code from} belongs to, 0 if unknown
     * @param onEnded called at the end, before the listener is told
     */
    EtcdWatch(
            KeyRange range,
            Revision from,
            long pinnedClusterId,
            WatchListener listener,
            BiConsumer<EtcdWatch, End> onEnded) {
        this.range = range;
        this.from = from;
        this.pinnedClusterId = pinnedClusterId;
        this.listener = listener;
        this.onEnded = onEnded;
    }

    WatchRequest request() {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(Messages.firstKey(range))
                        .setRangeEnd(Messages.rangeEnd(range))
                        .setStartRevision(Math.max(1, from.value()))
                        .setProgressNotify(true)
                        .setFragment(true))
                .build();
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
        stream = requests;
        requests.disableAutoRequestWithInitial(AHEAD);
    }

    @Override
    public void onNext(WatchResponse response) {
        if (ended) {
            return;
        }
        try {
            take(response);
        } catch (RuntimeException e) {
            end(new End.Disconnected(e));
        }
        ClientCallStreamObserver<WatchRequest> requests = stream;
        // asked for by the half dozen: each asking is a trip to the connection's event loop and back
        if (!ended && requests != null && ++taken == AHEAD / 2) {
            requests.request(taken);
            taken = 0;
        }
    }

    private void take(WatchResponse response) {
        long clusterId = response.getHeader().getClusterId();
        if (pinnedClusterId != 0 && clusterId != pinnedClusterId) {
            end(new End.OtherHistory(clusterId));
        } else if (response.getCanceled()) {
            end(
                    response.getCompactRevision() > 0
                            ? new End.Compacted(new Revision(response.getCompactRevision()))
                            : new End.Refused(response.getCancelReason()));
        } else if (response.getCreated()) {
            // Its header says where the server is, never where we are: resuming from it loses what lies between. But a
            // server that has not reached our revision has lost history (a restored backup keeps its cluster id).
            if (response.getHeader().getRevision() + 1 < from.value()) {
                end(new End.OtherHistory(clusterId));
            } else {
                listener.onStarted(clusterId);
            }
        } else if (response.getEventsCount() == 0) {
            listener.onEvents(List.of(), new Revision(response.getHeader().getRevision()));
        } else {
            List<WatchListener.Event> events =
                    response.getEventsList().stream().map(Messages::event).toList();
            long last =
                    response.getEvents(response.getEventsCount() - 1).getKv().getModRevision();
            // more of the last revision may come in the next fragment, so only what is before it is complete
            listener.onEvents(events, new Revision(response.getFragment() ? last - 1 : last));
        }
    }

    @Override
    public void onError(Throwable failure) {
        Status status = Status.fromThrowable(failure);
        if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
            // one event is larger than a message may be; a list names it and goes round it
            end(new End.Compacted(from));
            return;
        }
        end(
                EtcdErrors.remedy(status.getCode()) == EtcdErrors.Remedy.ASK_A_PERSON
                        ? new End.Refused(EtcdErrors.describe(status))
                        : new End.Disconnected(EtcdErrors.toStoreException("watch of " + range, failure)));
    }

    @Override
    public void onCompleted() {
        end(new End.Disconnected(EtcdErrors.toStoreException(
                "watch of " + range,
                Status.UNAVAILABLE
                        .withDescription("the server ended the stream")
                        .asException())));
    }

    private void end(End end) {
        if (ended) {
            return;
        }
        ended = true;
        cancel();
        End reason = closing ? new End.Closed() : end;
        onEnded.accept(this, reason);
        listener.onEnd(reason);
    }

    @Override
    public void close() {
        closing = true;
        cancel();
    }

    private void cancel() {
        ClientCallStreamObserver<WatchRequest> requests = stream;
        if (requests != null) {
            requests.cancel("watch ended", null);
        }
    }
}
