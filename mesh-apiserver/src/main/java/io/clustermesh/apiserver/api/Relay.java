package io.clustermesh.apiserver.api;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * One call between a client of ours and etcd. Each side is asked for its next message only after the other has taken the
 * last one, so a relay holds two messages at most, however fast either side is. Belongs to one event loop.
 */
final class Relay {

    /** Looks at what passes. */
    interface Tap {
        Tap NONE = new Tap() {};

        /** Before a request goes on. */
        default void asked(byte[] request) {}

        /** Before the client hears how it ended. */
        default void done(Status status) {}
    }

    private final ServerCall<byte[], byte[]> client;
    private final ClientCall<byte[], byte[]> etcd;
    private final Tap tap;
    private boolean requestHeldBack;
    private boolean answerHeldBack;
    private boolean ended;

    private Relay(ServerCall<byte[], byte[]> client, ClientCall<byte[], byte[]> etcd, Tap tap) {
        this.client = client;
        this.etcd = etcd;
        this.tap = tap;
    }

    static ServerCall.Listener<byte[]> start(
            ServerCall<byte[], byte[]> client, ClientCall<byte[], byte[]> etcd, Tap tap) {
        Relay relay = new Relay(client, etcd, tap);
        etcd.start(relay.new Answers(), new Metadata());
        client.request(1);
        etcd.request(1);
        return relay.new Requests();
    }

    private final class Requests extends ServerCall.Listener<byte[]> {
        @Override
        public void onMessage(byte[] message) {
            tap.asked(message);
            etcd.sendMessage(message);
            if (etcd.isReady()) {
                client.request(1);
            } else {
                requestHeldBack = true;
            }
        }

        @Override
        public void onHalfClose() {
            etcd.halfClose();
        }

        @Override
        public void onCancel() {
            ended = true;
            etcd.cancel("the client went away", null);
        }

        @Override
        public void onReady() {
            if (answerHeldBack) {
                answerHeldBack = false;
                etcd.request(1);
            }
        }
    }

    private final class Answers extends ClientCall.Listener<byte[]> {
        @Override
        public void onHeaders(Metadata headers) {
            if (!ended) {
                client.sendHeaders(new Metadata());
            }
        }

        @Override
        public void onMessage(byte[] message) {
            if (ended) {
                return;
            }
            client.sendMessage(message);
            if (client.isReady()) {
                etcd.request(1);
            } else {
                answerHeldBack = true;
            }
        }

        @Override
        public void onReady() {
            if (requestHeldBack) {
                requestHeldBack = false;
                client.request(1);
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            tap.done(status);
            if (!ended) {
                ended = true;
                // etcd's code and words; never our transport's stack trace
                client.close(status.withCause(null), new Metadata());
            }
        }
    }
}
