package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.Entry;
import io.clustermesh.apiserver.cache.KeySpan;
import io.clustermesh.apiserver.cache.RangeQuery;
import io.clustermesh.apiserver.cache.RangeQuery.Bounds;
import io.clustermesh.apiserver.cache.RangeQuery.Direction;
import io.clustermesh.apiserver.cache.RangeQuery.Filter;
import io.clustermesh.apiserver.cache.RangeQuery.Order;
import io.clustermesh.apiserver.cache.RangeQuery.Target;
import io.clustermesh.apiserver.cache.RangeResult;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;

/**
 * {@code KV}: {@code Range} from the cache, everything else refused.
 *
 * <p>All reads are what etcd calls serializable: they may lag etcd by the moment that an event takes, and never go
 * back.
 */
final class KvService {

    private final WatchCache cache;
    private final Headers headers;

    KvService(WatchCache cache, Headers headers) {
        this.cache = cache;
        this.headers = headers;
    }

    ServerServiceDefinition definition() {
        MethodDescriptor<RangeRequest, WireMessage> range = KVGrpc.getRangeMethod().toBuilder(
                        KVGrpc.getRangeMethod().getRequestMarshaller(), new WireMessage.Marshaller())
                .build();
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(KVGrpc.SERVICE_NAME)
                .addMethod(range, ServerCalls.asyncUnaryCall(this::range));
        return ReadOnly.refuse(
                        service,
                        List.of(
                                KVGrpc.getPutMethod(),
                                KVGrpc.getDeleteRangeMethod(),
                                KVGrpc.getTxnMethod(),
                                KVGrpc.getCompactMethod()))
                .build();
    }

    private void range(RangeRequest request, StreamObserver<WireMessage> answer) {
        try {
            WireMessage message = answer(request);
            answer.onNext(message);
            answer.onCompleted();
        } catch (StatusRuntimeException e) {
            answer.onError(e);
        }
    }

    private WireMessage answer(RangeRequest request) {
        if (request.getKey().isEmpty()) {
            throw EtcdErrors.emptyKey();
        }
        RangeQuery query = query(request);
        if (!Caller.role().mayRead(query.span())) {
            throw EtcdErrors.denied(Caller.role(), query.span());
        }
        View view = cache.view().orElseThrow(EtcdErrors::notReady);
        return switch (view.range(query)) {
            case RangeResult.Compacted() -> throw EtcdErrors.compacted();
            case RangeResult.Future() -> throw EtcdErrors.future();
            case RangeResult.Found(List<Entry> entries, boolean more, long count) -> {
                RangeResponse head = RangeResponse.newBuilder()
                        .setHeader(headers.of(view))
                        .setMore(more)
                        .setCount(count)
                        .build();
                yield WireFormat.range(head, entries, request.getKeysOnly());
            }
        };
    }

    private static RangeQuery query(RangeRequest request) {
        Filter filter = new Filter(
                new Bounds(request.getMinModRevision(), request.getMaxModRevision()),
                new Bounds(request.getMinCreateRevision(), request.getMaxCreateRevision()));
        return new RangeQuery(
                KeySpan.of(request.getKey().toByteArray(), request.getRangeEnd().toByteArray()),
                request.getRevision(),
                request.getLimit(),
                new Order(target(request), direction(request)),
                filter,
                request.getCountOnly());
    }

    private static Target target(RangeRequest request) {
        return switch (request.getSortTarget()) {
            case KEY, UNRECOGNIZED -> Target.KEY;
            case VERSION -> Target.VERSION;
            case CREATE -> Target.CREATED;
            case MOD -> Target.MODIFIED;
            case VALUE -> Target.VALUE;
        };
    }

    private static Direction direction(RangeRequest request) {
        return switch (request.getSortOrder()) {
            case NONE, UNRECOGNIZED -> Direction.NONE;
            case ASCEND -> Direction.UP;
            case DESCEND -> Direction.DOWN;
        };
    }
}
