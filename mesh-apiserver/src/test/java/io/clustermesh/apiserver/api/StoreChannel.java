package io.clustermesh.apiserver.api;

import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.ResponseHeader;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.StoreException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands for etcd where a test has only a store: it confirms the store's revision, and takes nothing else. A test
 * may hold its answers back.
 */
final class StoreChannel extends Channel {

    private final KvStore store;
    private final List<Runnable> heldBack = new ArrayList<>();
    private boolean holding;
    private int calls;

    StoreChannel(KvStore store) {
        this.store = store;
    }

    /** From now on questions stay open. */
    synchronized void hold() {
        holding = true;
    }

    /** Answers what was held back, from now on at once. */
    void release() {
        List<Runnable> answers;
        synchronized (this) {
            holding = false;
            answers = List.copyOf(heldBack);
            heldBack.clear();
        }
        answers.forEach(Runnable::run);
    }

    /** Questions so far. */
    synchronized int calls() {
        return calls;
    }

    private void answer(Runnable answer) {
        synchronized (this) {
            calls++;
            if (holding) {
                heldBack.add(answer);
                return;
            }
        }
        answer.run();
    }

    @Override
    public <A, B> ClientCall<A, B> newCall(MethodDescriptor<A, B> method, CallOptions options) {
        return new ClientCall<>() {
            private @Nullable Listener<B> listener;

            @Override
            public void start(Listener<B> answers, Metadata headers) {
                listener = answers;
            }

            @Override
            public void halfClose() {
                Listener<B> answers = listener;
                if (answers != null) {
                    StoreChannel.this.answer(() -> answer(method, answers));
                }
            }

            @Override
            public void request(int messages) {}

            @Override
            public void cancel(@Nullable String message, @Nullable Throwable cause) {}

            @Override
            public void sendMessage(A message) {}
        };
    }

    @SuppressWarnings("unchecked")
    private <B> void answer(MethodDescriptor<?, B> method, ClientCall.Listener<B> answers) {
        if (!method.getFullMethodName().equals(KVGrpc.getRangeMethod().getFullMethodName())) {
            answers.onClose(Status.UNIMPLEMENTED.withDescription("a store in memory"), new Metadata());
            return;
        }
        try {
            Listing listing = store.list(KeyRange.key("none"));
            answers.onMessage((B) RangeResponse.newBuilder()
                    .setHeader(ResponseHeader.newBuilder()
                            .setClusterId(listing.clusterId())
                            .setRevision(listing.revision().value()))
                    .build());
            answers.onClose(Status.OK, new Metadata());
        } catch (StoreException e) {
            answers.onClose(Status.UNAVAILABLE.withDescription(e.getMessage()), new Metadata());
        }
    }

    @Override
    public String authority() {
        return "memory";
    }
}
