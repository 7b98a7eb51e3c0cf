package io.clustermesh.apiserver.h2;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a service written for grpc-java. Its listener runs on the connection's event loop, within the call's
 * {@link Context}; it may answer from any thread.
 *
 * <p>An answer that is a {@link Payload} goes out as it is; any other is marshalled first. Metadata of the answer is not
 * sent: no etcd client reads any.
 */
final class HostedCall<A, B> extends ServerCall<A, B> implements GrpcCall {

    private final MethodDescriptor<A, B> method;
    private final GrpcStream stream;
    private final Context.CancellableContext context = Context.ROOT.withCancellation();
    private ServerCall.@Nullable Listener<A> listener;
    private volatile boolean cancelled;

    private HostedCall(MethodDescriptor<A, B> method, GrpcStream stream) {
        this.method = method;
        this.stream = stream;
    }

    static <A, B> HostedCall<A, B> open(ServerMethodDefinition<A, B> definition, GrpcStream stream) {
        HostedCall<A, B> call = new HostedCall<>(definition.getMethodDescriptor(), stream);
        call.within(() -> call.listener = definition.getServerCallHandler().startCall(call, stream.headers()));
        return call;
    }

    // ---- from the client

    @Override
    public void onMessage(ByteBuf message) {
        within(() -> listener().onMessage(method.parseRequest(new ByteBufInputStream(message))));
    }

    @Override
    public void onHalfClose() {
        within(() -> listener().onHalfClose());
    }

    @Override
    public void onReady() {
        within(() -> listener().onReady());
    }

    @Override
    public void onComplete() {
        within(() -> listener().onComplete());
        context.cancel(null);
    }

    @Override
    public void onCancel(Status why) {
        cancelled = true;
        context.cancel(why.asException());
        within(() -> listener().onCancel());
    }

    private void within(Runnable task) {
        Context before = context.attach();
        try {
            task.run();
        } finally {
            context.detach(before);
        }
    }

    private ServerCall.Listener<A> listener() {
        ServerCall.Listener<A> own = listener;
        if (own == null) {
            throw new IllegalStateException(method.getFullMethodName() + " has not begun");
        }
        return own;
    }

    // ---- from the service, any thread

    @Override
    public void request(int messages) {
        onLoop(() -> stream.take(messages));
    }

    @Override
    public void sendHeaders(Metadata headers) {
        // the stream sends its head with the first message
    }

    @Override
    public void sendMessage(B message) {
        Payload payload = message instanceof Payload ready ? ready : Payload.of(marshalled(message));
        onLoop(() -> stream.send(payload));
    }

    private byte[] marshalled(B message) {
        try (InputStream bytes = method.streamResponse(message)) {
            return bytes.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("an answer in memory can't be read", e);
        }
    }

    @Override
    public void close(Status status, Metadata trailers) {
        onLoop(() -> stream.close(status));
    }

    private void onLoop(Runnable task) {
        EventLoop loop = stream.loop();
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    @Override
    public boolean isReady() {
        return stream.isReady();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public MethodDescriptor<A, B> getMethodDescriptor() {
        return method;
    }

    @Override
    public Attributes getAttributes() {
        return stream.client();
    }
}
