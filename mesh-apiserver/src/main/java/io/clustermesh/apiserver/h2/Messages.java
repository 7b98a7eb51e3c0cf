package io.clustermesh.apiserver.h2;

import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a client's DATA into gRPC messages: a flag byte, a length of four bytes, the message. Holds what has come of the
 * next message, and whole messages that nobody has asked for yet.
 */
final class Messages {

    static final int PREFIX_BYTES = 5;

    private final int most;
    private @Nullable ByteBuf held;

    /** @param most bytes of a message at most */
    Messages(int most) {
        this.most = most;
    }

    /** Takes {@code data}'s readable bytes; the buffer stays the caller's. */
    void add(ByteBuf data, ByteBufAllocator alloc) {
        ByteBuf before = held;
        if (before == null) {
            before = alloc.heapBuffer(data.readableBytes());
            held = before;
        }
        before.discardSomeReadBytes();
        before.writeBytes(data, data.readerIndex(), data.readableBytes());
    }

    /** Bytes held. */
    int size() {
        ByteBuf before = held;
        return before == null ? 0 : before.readableBytes();
    }

    /** Why the next message can't be taken, if that is known yet. */
    Optional<Status> fault() {
        ByteBuf in = held;
        if (in == null || in.readableBytes() < PREFIX_BYTES) {
            return Optional.empty();
        }
        if (in.getByte(in.readerIndex()) != 0) {
            return Optional.of(
                    Status.UNIMPLEMENTED.withDescription(
                            "the request message is compressed, and this server takes only grpc-encoding identity; switch compression off"));
        }
        long length = in.getUnsignedInt(in.readerIndex() + 1);
        return length <= most
                ? Optional.empty()
                : Optional.of(Status.RESOURCE_EXHAUSTED.withDescription(
                        "etcdserver: request is too large: %d bytes, at most %d are taken".formatted(length, most)));
    }

    /** Passes on one whole message; false if there is none. */
    boolean next(Consumer<ByteBuf> reader) {
        ByteBuf in = held;
        if (in == null || in.readableBytes() < PREFIX_BYTES) {
            return false;
        }
        long length = in.getUnsignedInt(in.readerIndex() + 1);
        if (in.readableBytes() < PREFIX_BYTES + length) {
            return false;
        }
        in.skipBytes(PREFIX_BYTES);
        ByteBuf message = in.readSlice((int) length);
        boolean last = !in.isReadable();
        if (last) {
            held = null;
        }
        try {
            reader.accept(message);
        } finally {
            if (last) {
                in.release();
            }
        }
        return true;
    }

    void release() {
        ByteBuf rest = held;
        held = null;
        if (rest != null) {
            rest.release();
        }
    }
}
