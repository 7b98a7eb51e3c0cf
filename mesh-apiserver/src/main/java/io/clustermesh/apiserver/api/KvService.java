package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Role;
import io.clustermesh.apiserver.api.WatchStream.Shared;
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
import io.clustermesh.apiserver.h2.Payload;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;

/**
 * {@code KV}: {@code Range} from the cache, writes handed on to etcd.
 *
 * <p>A serializable read is answered at once: it may lag etcd by the moment that an event takes, and never goes back. So
 * is a read of a revision that the cache holds, for what is past does not change. Any other read waits at the {@link
 * ReadGate} until the cache is as new as etcd was when the read came.
 */
final class KvService implements AutoCloseable {

    private final WatchCache cache;
    private final Headers headers;
    private final List<ReadGate> gates;
    private final AnswerBudget budget;
    private final ServiceLimits.Reads limits;
    private final ApiCounters counters;
    private final AutoCloseable subscription;

    KvService(Shared shared, Channel etcd, Loops loops, ServiceLimits.Reads limits) {
        this.cache = shared.cache();
        this.headers = shared.headers();
        this.counters = shared.counters();
        Confirmation confirmation = new Confirmation(etcd, limits.adminWait(), counters);
        this.gates = loops.all().stream()
                .map(loop -> new ReadGate(loop, cache, confirmation))
                .toList();
        this.subscription = cache.onAdvance(() -> gates.forEach(ReadGate::advanced));
        this.limits = limits;
        this.budget = new AnswerBudget(
                new AnswerBudget.Limits(limits.connectionBytes(), limits.totalBytes(), limits.waiting()));
    }

    /** @param passage for what only etcd can do */
    ServerServiceDefinition definition(Passage passage) {
        MethodDescriptor<RangeRequest, Payload> range = KVGrpc.getRangeMethod().toBuilder(
                        KVGrpc.getRangeMethod().getRequestMarshaller(), new WireMessage())
                .build();
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(KVGrpc.SERVICE_NAME)
                .addMethod(range, ServerCalls.asyncUnaryCall(this::range));
        for (String write : List.of("Put", "DeleteRange", "Txn")) {
            passage.add(service, KVGrpc.SERVICE_NAME, write, MethodType.UNARY);
        }
        passage.addCompact(service, KVGrpc.SERVICE_NAME);
        return service.build();
    }

    @Override
    public void close() throws Exception {
        subscription.close();
    }

    /** Any thread. */
    ApiStatus.Now now() {
        return new ApiStatus.Now(gates.stream().mapToInt(ReadGate::waiting).sum(), budget.inFlight());
    }

    private void range(RangeRequest request, StreamObserver<Payload> client) {
        Read read = new Read(request, query(request), Caller.current(), (ServerCallStreamObserver<Payload>) client);
        try {
            read.check();
            read.begin();
        } catch (StatusRuntimeException e) {
            client.onError(e);
        }
    }

    private ReadGate gateHere() {
        return gates.stream()
                .filter(gate -> gate.loop().inEventLoop())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "a read was started outside the API's event loops; the server must use the direct executor"));
    }

    /** One read, from the question to the last byte of its answer; on its connection's event loop. */
    private final class Read {
        private final RangeRequest request;
        private final RangeQuery query;
        private final Caller caller;
        private final ServerCallStreamObserver<Payload> client;
        private final ReadGate gate = gateHere();
        private long inFlight;
        private boolean gone;

        Read(RangeRequest request, RangeQuery query, Caller caller, ServerCallStreamObserver<Payload> client) {
            this.request = request;
            this.query = query;
            this.caller = caller;
            this.client = client;
        }

        void check() {
            if (request.getKey().isEmpty()) {
                throw EtcdErrors.emptyKey();
            }
            if (!caller.role().mayRead(query.span())) {
                throw EtcdErrors.denied(caller.role(), query.span());
            }
        }

        void begin() {
            View view = cache.view().orElseThrow(EtcdErrors::notReady);
            client.setOnCancelHandler(this::left);
            client.setOnCloseHandler(this::left);
            boolean held = query.revision() > 0 && query.revision() <= view.revision();
            if (held || (query.revision() <= 0 && request.getSerializable())) {
                answer(false);
                return;
            }
            if (gate.waiting(caller.connection()) >= limits.waiting()) {
                counters.floodsRefused.increment();
                throw EtcdErrors.tooMany("%d reads of this connection wait for etcd".formatted(limits.waiting()));
            }
            boolean admin = caller.role().kind() == Role.Kind.ADMIN;
            gate.await(
                    caller.connection(),
                    Math.max(0, query.revision()),
                    admin ? limits.adminWait() : limits.readerWait(),
                    freshness -> confirmed(freshness, admin));
        }

        private void confirmed(ReadGate.Freshness freshness, boolean admin) {
            if (gone) {
                return;
            }
            if (freshness == ReadGate.Freshness.STALE && !request.getSerializable()) {
                if (admin) {
                    client.onError(EtcdErrors.unconfirmed());
                    return;
                }
                counters.staleReads.increment();
            }
            answer(false);
        }

        private void answer(boolean recalled) {
            if (gone) {
                budget.passedOver(caller.connection());
                return;
            }
            Payload message;
            try {
                message = read(cache.view().orElseThrow(EtcdErrors::notReady));
            } catch (StatusRuntimeException e) {
                if (recalled) {
                    budget.passedOver(caller.connection());
                }
                client.onError(e);
                return;
            }
            switch (budget.admit(caller.connection(), message.size(), recalled, gate.loop(), () -> answer(true))) {
                case NOW -> {
                    inFlight = message.size();
                    client.onNext(message);
                    client.onCompleted();
                }
                case LATER -> counters.answersDelayed.increment();
                case TOO_LARGE ->
                    refuse("the answer has %d bytes, and all answers together may have %d; ask for pages (limit)"
                            .formatted(message.size(), limits.totalBytes()));
                case TOO_MANY ->
                    refuse("%d answers wait for this connection already; read them first".formatted(limits.waiting()));
            }
        }

        private void refuse(String why) {
            counters.floodsRefused.increment();
            client.onError(EtcdErrors.tooMany(why));
        }

        /** The answer is out, or the client is. */
        private void left() {
            gone = true;
            if (inFlight > 0) {
                budget.sent(caller.connection(), inFlight);
                inFlight = 0;
            }
        }

        private Payload read(View view) {
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
