package io.clustermesh.apiserver.h2;

import io.grpc.Status;
import io.netty.buffer.ByteBuf;

/** What a service hears of one call, on the event loop of its connection. */
public interface GrpcCall {

    /**
     * A whole message.
     *
     * @param message valid during this call only
     */
    void onMessage(ByteBuf message);

    /** The client will send no more. */
    void onHalfClose();

    /** {@link GrpcStream#isReady()} has become true again. */
    void onReady();

    /** The call is over: the trailers are written. */
    void onComplete();

    /** The call is over before its end: the client has gone, or its time is up. */
    void onCancel(Status why);
}
