package io.clustermesh.apiserver.api;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.ResponseHeader;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks etcd how far it has come, once for all who want to know at a time.
 *
 * <pre>
 *   ask, ask ──► call 1 under way ──► answer: both are told
 *        ask, ask, ask (meanwhile) ──► call 2 ──► answer: the three are told
 * </pre>
 *
 * <p>A question that comes while a call is under way must wait for the next one: the first may have been answered
 * before a write that the asker knows of. The call is a read of no key that etcd's quorum confirms; its header tells the
 * revision. Any thread may ask.
 */
final class Confirmation {

    private final Channel etcd;
    private final Duration limit;
    private final ApiCounters counters;
    private List<Question> waiting = new ArrayList<>();
    private boolean underWay;

    private record Question(Executor on, Consumer<Outcome> then) {
        void tell(Outcome outcome) {
            on.execute(() -> then.accept(outcome));
        }
    }

    /** What became of it. */
    sealed interface Outcome {
        /** Every write that etcd had acknowledged before the question is in here. */
        record Confirmed(long clusterId, long revision) implements Outcome {}

        /** etcd or its quorum is away. */
        record Unconfirmed(Status cause) implements Outcome {}
    }

    /** @param limit of one call to etcd */
    Confirmation(Channel etcd, Duration limit, ApiCounters counters) {
        this.etcd = etcd;
        this.limit = limit;
        this.counters = counters;
    }

    /** Tells {@code then} on {@code on}. */
    void ask(Executor on, Consumer<Outcome> then) {
        synchronized (this) {
            waiting.add(new Question(on, then));
            if (underWay) {
                return;
            }
            underWay = true;
        }
        // not within the asker's call: it may be cancelled, and others wait too
        Context.ROOT.run(this::call);
    }

    private void call() {
        List<Question> questions;
        synchronized (this) {
            questions = waiting;
            waiting = new ArrayList<>();
            underWay = !questions.isEmpty();
        }
        if (questions.isEmpty()) {
            return;
        }
        counters.confirmations.increment();
        RangeRequest nothing = RangeRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[] {0}))
                .setCountOnly(true)
                .build();
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
        ClientCalls.asyncUnaryCall(etcd.newCall(KVGrpc.getRangeMethod(), options), nothing, new StreamObserver<>() {
            @Override
            public void onNext(RangeResponse response) {
                ResponseHeader header = response.getHeader();
                tell(new Outcome.Confirmed(header.getClusterId(), header.getRevision()));
            }

            @Override
            public void onError(Throwable failure) {
                tell(new Outcome.Unconfirmed(Status.fromThrowable(failure)));
                call();
            }

            @Override
            public void onCompleted() {
                call();
            }

            private void tell(Outcome outcome) {
                questions.forEach(question -> question.tell(outcome));
            }
        });
    }
}
