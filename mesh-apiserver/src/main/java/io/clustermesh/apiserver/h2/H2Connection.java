package io.clustermesh.apiserver.h2;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.FLOW_CONTROL_ERROR;
import static io.netty.handler.codec.http2.Http2Error.NO_ERROR;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;

import io.grpc.Attributes;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection, from its preface to its end: reads frames, keeps the windows, and writes for all its streams.
 * Belongs to its event loop.
 */
final class H2Connection extends ByteToMessageDecoder {

    private static final Logger LOG = LoggerFactory.getLogger(H2Connection.class);

    /** What a connection may write before the loop's others have had their turn. */
    private static final long TURN_BYTES = 1 << 20;

    private static final int FIRST_WINDOW = 65_535;

    private final GrpcServer server;
    private final Flusher flusher;
    private final FrameEvents events = new FrameEvents(this);
    private final Floods floods = new Floods();
    private final Preface preface = new Preface();
    private final Silence silence = new Silence();
    private final ReceiveWindow receiveWindow = new ReceiveWindow();
    private final Http2FrameReader reader =
            new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(true, H2Limits.HEADER_LIST_BYTES));
    private final Map<Integer, H2Stream> streams = new HashMap<>();
    private final Deque<H2Stream> active = new ArrayDeque<>();

    private @Nullable ChannelHandlerContext context;
    private @Nullable Outbox out;
    private @Nullable Attributes client;
    private @Nullable Future<?> beat;
    private int lastStream;
    private boolean firstBlock = true;
    private boolean settled;
    private boolean draining;
    private boolean closed;
    private boolean dirty;
    private boolean reading;
    private long sendWindow = FIRST_WINDOW;
    private long firstStreamWindow = FIRST_WINDOW;
    private long queued;
    private long held;

    H2Connection(GrpcServer server, Flusher flusher) {
        this.server = server;
        this.flusher = flusher;
    }

    /** The client is let in: say hello first, as HTTP/2 lets a server. */
    void greet(ChannelHandlerContext to, Attributes admitted, boolean tls) {
        context = to;
        client = admitted;
        Outbox outbox = new Outbox(to, tls);
        out = outbox;
        Frames.greeting(outbox.room(64), server.limits());
        outbox.flush();
        long nanos = server.limits().beat().toNanos();
        beat = to.executor().scheduleAtFixedRate(this::beat, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    // ---- reading

    @Override
    protected void decode(ChannelHandlerContext from, ByteBuf in, List<Object> unused) {
        silence.broken();
        if (closed || out == null) {
            in.skipBytes(in.readableBytes());
            return;
        }
        Preface.State begun = preface.read(in);
        if (begun == Preface.State.WRONG) {
            fail(PROTOCOL_ERROR, "this port speaks gRPC over HTTP/2 only");
        }
        if (begun != Preface.State.COMPLETE) {
            return;
        }
        reading = true;
        try {
            int before;
            do {
                before = in.readableBytes();
                reader.readFrame(from, in, events);
            } while (!closed && in.isReadable() && in.readableBytes() != before);
        } catch (Http2Exception.StreamException e) {
            reset(e.streamId(), e.error());
        } catch (Http2Exception e) {
            fail(e.error(), String.valueOf(e.getMessage()));
        } finally {
            reading = false;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) throws Exception {
        pump();
        super.channelReadComplete(from);
    }

    /** A request's head. */
    void headers(int id, Http2Headers head, boolean last) {
        H2Stream known = streams.get(id);
        if (known != null) {
            if (last) {
                known.halfClosed();
            } else {
                reset(id, PROTOCOL_ERROR);
            }
            return;
        }
        if ((id & 1) == 0 || id <= lastStream) {
            if (id <= lastStream && (id & 1) == 1) {
                return; // of a stream that we have ended already
            }
            fail(PROTOCOL_ERROR, "stream %d can't be opened after %d".formatted(id, lastStream));
            return;
        }
        lastStream = id;
        if (draining || streams.size() >= server.limits().streams()) {
            reset(id, Http2Error.REFUSED_STREAM);
            return;
        }
        Request request = Request.of(head);
        H2Stream stream = new H2Stream(this, id, request.metadata(), firstStreamWindow);
        streams.put(id, stream);
        switch (request.fault()) {
            case Request.Fault.None _ -> stream.begin(server.method(request.path()), request.timeout());
            case Request.Fault.Grpc(Status status) -> stream.close(status);
            case Request.Fault.Http(int status) -> {
                byte[] block = HeaderBlocks.httpStatus(status, firstBlock());
                Outbox to = outbox();
                Frames.header(
                        to.room(Frames.HEADER_BYTES), block.length, 1, Frames.END_HEADERS | Frames.END_STREAM, id);
                to.bytes(block, 0, block.length);
                stream.cancelled(Status.CANCELLED);
                return;
            }
        }
        if (last) {
            stream.halfClosed();
        }
    }

    void data(int id, ByteBuf data, int padding, boolean last) {
        int frame = data.readableBytes() + padding;
        if (frame == 0 && !last) {
            bear(Floods.Kind.EMPTY_DATA);
        }
        boolean fits = receiveWindow.take(frame);
        if (id > lastStream || !fits) {
            fail(
                    fits ? PROTOCOL_ERROR : FLOW_CONTROL_ERROR,
                    "data of %d bytes on stream %d, which is closed to it".formatted(frame, id));
            return;
        }
        H2Stream stream = streams.get(id);
        if (stream != null && !stream.data(data, frame, last)) {
            reset(id, FLOW_CONTROL_ERROR);
        }
        int back = receiveWindow.giveBack();
        if (back > 0 && !closed) {
            windowUpdate(0, back);
        }
    }

    void resetByClient(int id) {
        if (id > lastStream) {
            fail(PROTOCOL_ERROR, "stream %d was reset before it was opened".formatted(id));
            return;
        }
        bear(Floods.Kind.RESET);
        H2Stream stream = streams.get(id);
        if (stream != null) {
            stream.cancelled(Status.CANCELLED.withDescription("the client cancelled the call"));
        }
    }

    void settings(Http2Settings settings) {
        bear(Floods.Kind.SETTINGS);
        settled = true;
        Integer window = settings.initialWindowSize();
        if (window != null) {
            long change = window - firstStreamWindow;
            firstStreamWindow = window;
            for (H2Stream stream : List.copyOf(streams.values())) {
                if (!stream.widen(change)) {
                    fail(FLOW_CONTROL_ERROR, "the initial window makes a stream's larger than 2^31-1");
                    return;
                }
                touch(stream);
            }
        }
        answer();
        Frames.settingsAck(outbox().room(Frames.HEADER_BYTES));
    }

    void ping(long data) {
        bear(Floods.Kind.IDLE_PING);
        answer();
        Frames.ping(outbox().room(Frames.HEADER_BYTES + 8), true, data);
    }

    void windowUpdated(int id, int increment) {
        if (id == 0) {
            sendWindow += increment;
            if (sendWindow > Integer.MAX_VALUE) {
                fail(FLOW_CONTROL_ERROR, "the connection's window grew beyond 2^31-1");
            }
            return;
        }
        H2Stream stream = streams.get(id);
        if (stream == null) {
            if (id > lastStream) {
                fail(PROTOCOL_ERROR, "a window for stream %d, which is not open".formatted(id));
            }
            return;
        }
        if (stream.widen(increment)) {
            touch(stream);
        } else {
            reset(id, FLOW_CONTROL_ERROR);
        }
    }

    /** Notes a frame that is cheap to send; too many of a kind end the connection. */
    void bear(Floods.Kind kind) {
        if (!floods.bears(kind)) {
            fail(ENHANCE_YOUR_CALM, "too_many_" + kind.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private void answer() {
        if (context != null && !context.channel().isWritable()) {
            bear(Floods.Kind.UNREAD_ANSWER);
        }
    }

    // ---- writing

    /** A stream has something to send, or may send again. */
    void touch(H2Stream stream) {
        if (!stream.isListed() && stream.sendable()) {
            stream.listed(true);
            active.addLast(stream);
        }
        touch();
    }

    private void touch() {
        if (!dirty && !reading) {
            dirty = true;
            flusher.add(this);
        }
    }

    /** Writes what windows and socket allow, all streams in turn, and hands it to the socket once. */
    void pump() {
        dirty = false;
        Outbox to = out;
        ChannelHandlerContext at = context;
        if (closed || to == null || at == null) {
            return;
        }
        to.expect(queued + active.size() * 64L);
        long left = TURN_BYTES;
        int stuck = 0;
        while (stuck < active.size() && left > 0 && at.channel().isWritable()) {
            H2Stream stream = active.removeFirst();
            stream.listed(false);
            long sent = stream.write(to, sendWindow);
            if (sent > 0) {
                sendWindow -= sent;
                left -= sent;
                floods.forgive(Floods.Kind.IDLE_PING);
            }
            if (!stream.isListed() && stream.sendable()) {
                stream.listed(true);
                active.addLast(stream);
            }
            stuck = sent < 0 ? stuck + 1 : 0;
        }
        to.flush();
        if (stuck < active.size() && at.channel().isWritable()) {
            touch();
        }
        endIfDrained();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext from) {
        if (from.channel().isWritable()) {
            floods.forgive(Floods.Kind.UNREAD_ANSWER);
            if (!active.isEmpty()) {
                touch();
            }
        }
        from.fireChannelWritabilityChanged();
    }

    void windowUpdate(int stream, int increment) {
        Frames.windowUpdate(outbox().room(Frames.HEADER_BYTES + 4), stream, increment);
        touch();
    }

    private void reset(int id, Http2Error error) {
        H2Stream stream = streams.get(id);
        if (stream != null) {
            stream.cancelled(Status.CANCELLED.withDescription("the stream broke the protocol: " + error));
        }
        if (id > lastStream) {
            lastStream = id;
        }
        bear(Floods.Kind.RESET);
        if (!closed) {
            Frames.reset(outbox().room(Frames.HEADER_BYTES + 4), id, error.code());
            touch();
        }
    }

    /** True for the first header block of this connection. */
    boolean firstBlock() {
        boolean first = firstBlock;
        firstBlock = false;
        return first;
    }

    void queued(long bytes) {
        queued += bytes;
    }

    /** Request bytes that lie here now more, or with a negative number less. */
    void held(int bytes) {
        held += bytes;
        if (held > H2Limits.HELD_BYTES) {
            fail(ENHANCE_YOUR_CALM, "more request bytes are waiting than a connection may hold");
        }
    }

    void forget(H2Stream stream) {
        streams.remove(stream.id());
        if (draining) {
            touch();
        }
    }

    // ---- its life

    private void beat() {
        floods.beat();
        Silence.Verdict verdict = silence.beat();
        if (!settled || verdict == Silence.Verdict.CUT) {
            LOG.atInfo().addKeyValue("client", remote()).log("client cut: it has fallen silent");
            close();
        } else if (verdict == Silence.Verdict.PING) {
            Frames.ping(outbox().room(Frames.HEADER_BYTES + 8), false, 0);
            touch();
        }
    }

    /** Takes no more calls; ends when the last one has ended. */
    void drain() {
        if (!draining && !closed && out != null) {
            draining = true;
            Frames.goAway(outbox().room(64), Integer.MAX_VALUE, NO_ERROR.code(), "stopping");
            touch();
        } else if (out == null) {
            close();
        }
    }

    private void endIfDrained() {
        if (draining && streams.isEmpty() && !closed) {
            fail(NO_ERROR, "stopping");
        }
    }

    /** Says why and closes. */
    private void fail(Http2Error error, String reason) {
        ChannelHandlerContext at = context;
        if (closed || at == null) {
            return;
        }
        if (error != NO_ERROR) {
            LOG.atInfo()
                    .addKeyValue("client", remote())
                    .addKeyValue("error", error)
                    .addKeyValue("cause", reason)
                    .log("client cut: it broke the protocol");
        }
        int size = Frames.HEADER_BYTES + 8 + Frames.GO_AWAY_TEXT_BYTES;
        Frames.goAway(outbox().room(size), lastStream, error.code(), reason);
        outbox().flush();
        over(Status.UNAVAILABLE.withDescription("the connection was ended: " + reason));
        var _ = at.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    void close() {
        ChannelHandlerContext at = context;
        over(Status.UNAVAILABLE.withDescription("the connection was closed"));
        if (at != null) {
            var _ = at.close();
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext from) {
        over(Status.UNAVAILABLE.withDescription("the client has gone"));
    }

    private void over(Status why) {
        if (closed) {
            return;
        }
        closed = true;
        Future<?> running = beat;
        if (running != null) {
            running.cancel(false);
        }
        List.copyOf(streams.values()).forEach(stream -> stream.cancelled(why));
        active.clear();
        Outbox to = out;
        if (to != null) {
            to.release();
        }
        reader.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
        LOG.atDebug().setCause(cause).addKeyValue("client", remote()).log("connection failed");
        close();
        var _ = from.close();
    }

    H2Limits limits() {
        return server.limits();
    }

    EventLoop loop() {
        return channel().eventLoop();
    }

    ByteBufAllocator alloc() {
        return channel().alloc();
    }

    Attributes client() {
        return java.util.Objects.requireNonNull(client, "no call comes before the client is admitted");
    }

    private Outbox outbox() {
        return java.util.Objects.requireNonNull(out, "nothing is written before the client is admitted");
    }

    private Channel channel() {
        return java.util.Objects.requireNonNull(context, "no call comes before the client is admitted")
                .channel();
    }

    private String remote() {
        return context == null ? "?" : String.valueOf(context.channel().remoteAddress());
    }
}
