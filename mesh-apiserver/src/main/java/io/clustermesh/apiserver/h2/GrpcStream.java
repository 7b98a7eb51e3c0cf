package io.clustermesh.apiserver.h2;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;

/**
 * The server's end of one call, on the event loop of its connection. Unless said otherwise, methods may only be called
 * there.
 *
 * <p>The order on the wire is always head, messages, trailers; {@link #close} therefore takes effect only after every
 * message sent before it has gone out, however long the client's window makes it wait.
 */
public interface GrpcStream {

    /** The loop that owns the connection; any thread. */
    EventLoop loop();

    /** What {@link Admission} found out about the client; any thread. */
    Attributes client();

    /** The request's headers, without HTTP/2's own; any thread. */
    Metadata headers();

    /** Lets {@code count} more messages of the client through. None come before the first call of this. */
    void take(int count);

    /** Queues a message. It is kept, not copied, until it has been written. */
    void send(Payload message);

    /**
     * False while so much is queued that a polite sender waits for {@link GrpcCall#onReady}; any thread, where the answer
     * may be old.
     */
    boolean isReady();

    /** Ends the call. Later calls do nothing, nor do later messages. */
    void close(Status status);
}
