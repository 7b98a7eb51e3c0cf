package io.clustermesh.apiserver.api;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.WatchCancelRequest;
import io.clustermesh.store.etcd.pb.WatchCreateRequest;
import io.clustermesh.store.etcd.pb.WatchGrpc;
import io.clustermesh.store.etcd.pb.WatchProgressRequest;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** One watch stream as a client sees it; takes messages only when asked to if {@code slow}. */
final class WatchClient implements ClientResponseObserver<WatchRequest, WatchResponse> {

    private final boolean slow;
    private final List<WatchResponse> responses = new CopyOnWriteArrayList<>();
    private Optional<ClientCallStreamObserver<WatchRequest>> stream = Optional.empty();
    private volatile Optional<Status> end = Optional.empty();

    private WatchClient(boolean slow) {
        this.slow = slow;
    }

    static WatchClient open(Channel channel) {
        return open(channel, false);
    }

    static WatchClient slow(ManagedChannel channel) {
        return open(channel, true);
    }

    private static WatchClient open(Channel channel, boolean slow) {
        WatchClient client = new WatchClient(slow);
        var _ = WatchGrpc.newStub(channel).watch(client);
        return client;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
        stream = Optional.of(requests);
        if (slow) {
            requests.disableAutoRequestWithInitial(0);
        }
    }

    void take(int messages) {
        stream.orElseThrow().request(messages);
    }

    void create(WatchCreateRequest.Builder request) {
        stream.orElseThrow()
                .onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    void cancel(long id) {
        stream.orElseThrow()
                .onNext(WatchRequest.newBuilder()
                        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                        .build());
    }

    /** Sends no more. */
    void complete() {
        stream.orElseThrow().onCompleted();
    }

    void hangUp() {
        stream.orElseThrow().cancel("test", null);
    }

    void askProgress() {
        stream.orElseThrow()
                .onNext(WatchRequest.newBuilder()
                        .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                        .build());
    }

    static WatchCreateRequest.Builder prefix(String prefix) {
        ByteString key = ByteString.copyFromUtf8(prefix);
        byte[] last = key.toByteArray();
        last[last.length - 1]++;
        return WatchCreateRequest.newBuilder().setKey(key).setRangeEnd(ByteString.copyFrom(last));
    }

    List<WatchResponse> responses() {
        return responses;
    }

    List<Event> events() {
        return responses.stream().flatMap(r -> r.getEventsList().stream()).toList();
    }

    Optional<Status> end() {
        return end;
    }

    @Override
    public void onNext(WatchResponse response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable t) {
        end = Optional.of(Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
        end = Optional.of(Status.OK);
    }
}
