package io.clustermesh.apiserver.h2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what a connection has to say within one turn of its loop, so that many frames of many streams leave in one
 * write. Small pieces are copied together: half a kilobyte is copied sooner than the kernel looks at one more vector.
 */
final class Outbox {

    /** A buffer at most; with TLS a record's worth, so that the TLS layer need not cut or join. */
    private static final int CHUNK = 64 << 10;

    private static final int RECORD = 16 << 10;
    private static final int SMALLEST = 256;

    private final ChannelHandlerContext context;
    private final boolean tls;
    private @Nullable ByteBuf chunk;
    private int expected = SMALLEST;
    private boolean written;

    /** @param tls the next handler encrypts */
    Outbox(ChannelHandlerContext context, boolean tls) {
        this.context = context;
        this.tls = tls;
    }

    /** About how much will be written before the next flush. */
    void expect(long bytes) {
        expected = (int) Math.min(CHUNK, Math.max(SMALLEST, bytes));
    }

    /** A buffer with room for {@code bytes}, which must be few. */
    ByteBuf room(int bytes) {
        ByteBuf current = chunk;
        if (current != null && current.writableBytes() >= bytes) {
            return current;
        }
        hand(current);
        return next(bytes);
    }

    private ByteBuf next(int least) {
        int size = Math.max(least, expected);
        // JDK TLS works on arrays, the socket on memory outside the heap
        ByteBuf fresh = tls
                ? context.alloc().heapBuffer(Math.min(size, RECORD), RECORD)
                : context.alloc().directBuffer(size, Math.max(size, CHUNK));
        chunk = fresh;
        return fresh;
    }

    void bytes(byte[] from, int offset, int length) {
        int at = offset;
        int left = length;
        while (left > 0) {
            ByteBuf current = chunk;
            if (current == null || !current.isWritable()) {
                hand(current);
                current = next(Math.min(left, tls ? RECORD : CHUNK));
            }
            int step = Math.min(left, current.writableBytes());
            current.writeBytes(from, at, step);
            at += step;
            left -= step;
        }
    }

    private void hand(@Nullable ByteBuf full) {
        chunk = null;
        if (full != null) {
            written = true;
            var _ = context.write(full, context.voidPromise());
        }
    }

    /** Hands everything to the socket. */
    void flush() {
        hand(chunk);
        if (written) {
            written = false;
            context.flush();
        }
    }

    /** The connection is gone. */
    void release() {
        ByteBuf rest = chunk;
        chunk = null;
        if (rest != null) {
            rest.release();
        }
    }
}
