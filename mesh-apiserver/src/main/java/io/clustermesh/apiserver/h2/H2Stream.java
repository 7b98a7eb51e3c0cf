package io.clustermesh.apiserver.h2;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of a connection and the gRPC call on it. Sends nothing by itself: what it has to send waits here until the
 * connection's {@link H2Connection#pump pump} comes round and the client's window lets it go.
 */
final class H2Stream implements GrpcStream {

    /** Queued bytes at which a polite sender stops. */
    static final int READY_BYTES = 64 << 10;

    /** What one stream may write before its neighbours have had their turn. */
    private static final int TURN_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(H2Stream.class);

    private final H2Connection connection;
    private final int id;
    private final Metadata headers;
    private final Messages incoming;
    private final Deque<Payload> queue = new ArrayDeque<>(2);
    private final byte[] prefix = new byte[Messages.PREFIX_BYTES];
    private @Nullable GrpcCall call;
    private @Nullable Status closing;
    private @Nullable Future<?> timer;

    private long queued;
    private int prefixAt;
    private int part;
    private int partAt;
    private long sendWindow;
    private volatile boolean ready = true;
    private boolean headSent;
    private boolean over;
    private boolean listed;

    private int receiveWindow = H2Limits.STREAM_WINDOW;
    private int credit;
    private int wanted;
    private boolean delivering;
    private boolean clientDone;
    private boolean clientDoneTold;

    H2Stream(H2Connection connection, int id, Metadata headers, long sendWindow) {
        this.connection = connection;
        this.id = id;
        this.headers = headers;
        this.sendWindow = sendWindow;
        incoming = new Messages(connection.limits().messageBytes());
    }

    int id() {
        return id;
    }

    // ---- what the client sends

    /** The request's head has been read. */
    void begin(GrpcMethod method, Optional<Duration> timeout) {
        timeout.ifPresent(limit -> timer = loop().schedule(this::timeUp, limit.toNanos(), TimeUnit.NANOSECONDS));
        try {
            call = method.open(this);
        } catch (RuntimeException e) {
            fault(e);
        }
    }

    /** False if the client sent more than its window lets it. */
    boolean data(ByteBuf data, int frameBytes, boolean last) {
        receiveWindow -= frameBytes;
        if (receiveWindow < 0) {
            return false;
        }
        credit += frameBytes;
        if (closing == null && data.isReadable()) {
            incoming.add(data, connection.alloc());
            connection.held(data.readableBytes());
        }
        clientDone = last;
        deliver();
        return true;
    }

    void halfClosed() {
        clientDone = true;
        deliver();
    }

    @Override
    public void take(int count) {
        wanted += count;
        deliver();
    }

    private void deliver() {
        GrpcCall listener = call;
        if (delivering || over || listener == null) {
            return;
        }
        delivering = true;
        try {
            int before = incoming.size();
            while (wanted > 0 && closing == null) {
                Optional<Status> fault = incoming.fault();
                if (fault.isPresent()) {
                    close(fault.get());
                    break;
                }
                wanted--;
                if (!incoming.next(listener::onMessage)) {
                    wanted++;
                    break;
                }
            }
            connection.held(incoming.size() - before);
            if (clientDone && !clientDoneTold && closing == null && (incoming.size() == 0 || wanted > 0)) {
                clientDoneTold = true;
                if (incoming.size() > 0) {
                    close(Status.INTERNAL.withDescription("the request ends in the middle of a message"));
                } else {
                    listener.onHalfClose();
                }
            }
        } catch (RuntimeException e) {
            fault(e);
        } finally {
            delivering = false;
        }
        // a message that is wanted but not whole must be let in, however long it is; one that nobody wants must not
        if ((wanted > 0 || closing != null) && !clientDone && credit >= H2Limits.STREAM_WINDOW / 2 && !over) {
            connection.windowUpdate(id, credit);
            receiveWindow += credit;
            credit = 0;
        }
    }

    /** The client took the stream back, or the connection ended. */
    void cancelled(Status why) {
        if (!over) {
            end();
            GrpcCall listener = call;
            if (listener != null) {
                try {
                    listener.onCancel(why);
                } catch (RuntimeException e) {
                    LOG.atWarn().setCause(e).log("a call failed to take its end");
                }
            }
        }
    }

    private void timeUp() {
        if (!over && closing == null) {
            GrpcCall listener = call;
            close(Status.DEADLINE_EXCEEDED.withDescription("the client's deadline has passed"));
            if (listener != null) {
                call = null;
                listener.onCancel(Status.DEADLINE_EXCEEDED);
            }
        }
    }

    private void fault(RuntimeException fault) {
        Status status = Status.fromThrowable(fault);
        if (status.getCode() == Status.Code.UNKNOWN) {
            LOG.atError().setCause(fault).log("a call failed and was ended");
            status = Status.INTERNAL.withDescription("etcdserver: mesh-apiserver failed to serve this call: " + fault);
        }
        close(status);
    }

    // ---- what the service sends

    @Override
    public EventLoop loop() {
        return connection.loop();
    }

    @Override
    public Attributes client() {
        return connection.client();
    }

    @Override
    public Metadata headers() {
        return headers;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public void send(Payload message) {
        if (over || closing != null) {
            return;
        }
        queue.addLast(message);
        enqueued(Messages.PREFIX_BYTES + (long) message.size());
        connection.touch(this);
    }

    @Override
    public void close(Status status) {
        if (over || closing != null) {
            return;
        }
        closing = status;
        ready = false;
        connection.held(-incoming.size());
        incoming.release();
        connection.touch(this);
    }

    private void enqueued(long bytes) {
        queued += bytes;
        connection.queued(bytes);
        if (queued >= READY_BYTES) {
            ready = false;
        }
    }

    /**
     * True if the connection should come back: there is something to send and the stream's own window allows it.
     */
    boolean sendable() {
        return !over && (queue.isEmpty() ? closing != null : sendWindow > 0);
    }

    boolean isListed() {
        return listed;
    }

    void listed(boolean now) {
        listed = now;
    }

    /** False if the window would grow beyond what HTTP/2 allows. */
    boolean widen(long increment) {
        sendWindow += increment;
        return sendWindow <= Integer.MAX_VALUE;
    }

    /**
     * Writes what may go now, a turn's worth at most.
     *
     * @param window what the connection's window allows
     * @return bytes taken from both windows; -1 if it could do nothing
     */
    long write(Outbox out, long window) {
        long left = Math.min(Math.min(window, sendWindow), TURN_BYTES);
        long sent = 0;
        while (!queue.isEmpty() && left > 0) {
            if (!headSent) {
                headSent = true;
                block(out, HeaderBlocks.responseHead(connection.firstBlock()), Frames.END_HEADERS);
            }
            int frame = (int) Math.min(Math.min(left, Frames.PAYLOAD_BYTES), queued);
            Frames.header(out.room(Frames.HEADER_BYTES), frame, Http2FrameTypes.DATA, 0, id);
            fill(out, frame);
            queued -= frame;
            left -= frame;
            sent += frame;
        }
        sendWindow -= sent;
        connection.queued(-sent);
        Status status = closing;
        if (queue.isEmpty() && status != null) {
            trailers(out, status);
            return sent;
        }
        if (sent == 0) {
            return -1;
        }
        if (!ready && status == null && queued < READY_BYTES) {
            ready = true;
            GrpcCall listener = call;
            if (listener != null) {
                try {
                    listener.onReady();
                } catch (RuntimeException e) {
                    fault(e);
                }
            }
        }
        return sent;
    }

    /** The next {@code bytes} of the queue, whichever messages they belong to. */
    private void fill(Outbox out, int bytes) {
        int left = bytes;
        while (left > 0) {
            Payload message = queue.getFirst();
            if (prefixAt < Messages.PREFIX_BYTES) {
                int step = Math.min(left, Messages.PREFIX_BYTES - prefixAt);
                int size = message.size();
                prefix[1] = (byte) (size >>> 24);
                prefix[2] = (byte) (size >>> 16);
                prefix[3] = (byte) (size >>> 8);
                prefix[4] = (byte) size;
                out.bytes(prefix, prefixAt, step);
                prefixAt += step;
                left -= step;
            }
            while (left > 0 && part < message.parts()) {
                byte[] from = message.part(part);
                int step = Math.min(left, from.length - partAt);
                out.bytes(from, partAt, step);
                partAt += step;
                left -= step;
                if (partAt == from.length) {
                    part++;
                    partAt = 0;
                }
            }
            if (prefixAt == Messages.PREFIX_BYTES && (part == message.parts() || message.size() == 0)) {
                queue.removeFirst();
                prefixAt = 0;
                part = 0;
                partAt = 0;
            }
        }
    }

    private void trailers(Outbox out, Status status) {
        block(
                out,
                HeaderBlocks.trailers(status, !headSent, connection.firstBlock()),
                Frames.END_HEADERS | Frames.END_STREAM);
        if (!clientDone) {
            // the answer is whole: the client need send no more (RFC 9113, section 8.1)
            Frames.reset(out.room(Frames.HEADER_BYTES + 4), id, Http2Error.NO_ERROR.code());
        }
        end();
        GrpcCall listener = call;
        if (listener != null) {
            try {
                listener.onComplete();
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).log("a call failed to take its end");
            }
        }
    }

    private void block(Outbox out, byte[] block, int flags) {
        Frames.header(out.room(Frames.HEADER_BYTES), block.length, Http2FrameTypes.HEADERS, flags, id);
        out.bytes(block, 0, block.length);
    }

    private void end() {
        over = true;
        ready = false;
        connection.queued(-queued);
        connection.held(-incoming.size());
        queued = 0;
        queue.clear();
        incoming.release();
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
        connection.forget(this);
    }
}
