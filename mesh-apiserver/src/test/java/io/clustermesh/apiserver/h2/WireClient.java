package io.clustermesh.apiserver.h2;

import io.grpc.Attributes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The client's end of one connection, frame by frame, without a socket: what it writes goes straight into our handler. */
final class WireClient implements AutoCloseable {

    private final GrpcServer server;
    private final EmbeddedChannel ours = new EmbeddedChannel();
    private final EmbeddedChannel theirs = new EmbeddedChannel();
    private final Http2FrameWriter writer = new DefaultHttp2FrameWriter();
    private final DefaultHttp2FrameReader reader = new DefaultHttp2FrameReader();
    private final ByteBuf unread = Unpooled.buffer();
    private final List<String> frames = new ArrayList<>();

    WireClient(GrpcServer server) {
        this.server = server;
        H2Connection connection = new H2Connection(server, new Flusher(ours.eventLoop()));
        ours.pipeline().addLast(connection);
        connection.greet(ours.pipeline().context(connection), Attributes.EMPTY, false);
        theirs.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object frame, ChannelPromise promise) {
                var _ = context.write(frame, promise);
            }
        });
    }

    /** A connection that is past its preface. */
    static WireClient open(Map<String, GrpcMethod> methods) {
        GrpcServer server = new GrpcServer("wire-test", 1, H2Limits.DEFAULT);
        server.serve(methods);
        WireClient client = new WireClient(server);
        client.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    EmbeddedChannel channel() {
        return ours;
    }

    boolean isOpen() {
        return ours.isOpen();
    }

    void raw(byte[] bytes) {
        if (ours.isOpen()) {
            ours.writeInbound(Unpooled.wrappedBuffer(bytes));
        }
        turn();
    }

    /** Lets the event loop run. */
    void turn() {
        ours.runPendingTasks();
        ours.runScheduledPendingTasks();
    }

    private ChannelHandlerContext context() {
        return theirs.pipeline().firstContext();
    }

    /** Hands over what the frame writer has written. */
    private void send() {
        theirs.flush();
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf part = theirs.readOutbound(); part != null; part = theirs.readOutbound()) {
            all.writeBytes(part);
            part.release();
        }
        raw(ByteBufUtil.getBytes(all));
    }

    void settings(Http2Settings settings) {
        var _ = writer.writeSettings(context(), settings, context().newPromise());
        send();
    }

    void ping(long data) {
        var _ = writer.writePing(context(), false, data, context().newPromise());
        send();
    }

    void headers(int stream, Http2Headers headers, boolean last) {
        var _ = writer.writeHeaders(
                context(), stream, headers, 0, last, context().newPromise());
        send();
    }

    void call(int stream, String path) {
        headers(stream, request(path), false);
    }

    static Http2Headers request(String path) {
        return new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .path(path)
                .authority("test")
                .add("content-type", "application/grpc")
                .add("te", "trailers");
    }

    void data(int stream, byte[] bytes, boolean last) {
        var _ = writer.writeData(
                context(),
                stream,
                Unpooled.wrappedBuffer(bytes),
                0,
                last,
                context().newPromise());
        send();
    }

    /** A whole gRPC message. */
    void message(int stream, byte[] message, boolean last) {
        ByteBuf framed = Unpooled.buffer().writeByte(0).writeInt(message.length).writeBytes(message);
        data(stream, ByteBufUtil.getBytes(framed), last);
    }

    void reset(int stream) {
        var _ = writer.writeRstStream(
                context(), stream, Http2Error.CANCEL.code(), context().newPromise());
        send();
    }

    void window(int stream, int increment) {
        var _ = writer.writeWindowUpdate(context(), stream, increment, context().newPromise());
        send();
    }

    void priority(int stream) {
        var _ = writer.writePriority(
                context(), stream, 0, (short) 16, false, context().newPromise());
        send();
    }

    void push(int stream) {
        var _ = writer.writePushPromise(
                context(), stream, 2, request("/x"), 0, context().newPromise());
        send();
    }

    /** Every frame that the server has written so far, one short sentence each. */
    List<String> frames() {
        turn();
        for (ByteBuf part = ours.readOutbound(); part != null; part = ours.readOutbound()) {
            unread.writeBytes(part);
            part.release();
        }
        try {
            int before;
            do {
                before = unread.readableBytes();
                reader.readFrame(context(), unread, new Heard());
            } while (unread.isReadable() && unread.readableBytes() < before);
        } catch (Http2Exception e) {
            throw new AssertionError("the server wrote what is no HTTP/2", e);
        }
        return List.copyOf(frames);
    }

    /** The frames since the last call. */
    List<String> news() {
        List<String> all = frames();
        frames.clear();
        return all;
    }

    private final class Heard extends Http2FrameAdapter {
        @Override
        public int onDataRead(ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean last) {
            frames.add("data %d %d".formatted(stream, data.readableBytes()));
            return 0;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean last) {
            frames.add(
                    last
                            ? "trailers %d %s %s"
                                    .formatted(stream, headers.get("grpc-status"), headers.get("grpc-message"))
                            : "head %d %s %s".formatted(stream, headers.status(), headers.get("content-type")));
            if (last && headers.get("grpc-status") == null) {
                frames.add("http %d %s".formatted(stream, headers.status()));
            }
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int stream, long error) {
            frames.add("reset %d %s".formatted(stream, Http2Error.valueOf(error)));
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
            frames.add("settings");
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext context) {
            frames.add("settings ack");
        }

        @Override
        public void onPingRead(ChannelHandlerContext context, long data) {
            frames.add("ping " + data);
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext context, long data) {
            frames.add("ping ack " + data);
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext context, int last, long error, ByteBuf reason) {
            frames.add("goaway %s %s".formatted(Http2Error.valueOf(error), reason.toString(StandardCharsets.UTF_8)));
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext context, int stream, int increment) {
            frames.add("window %d %d".formatted(stream, increment));
        }
    }

    @Override
    public void close() {
        ours.finishAndReleaseAll();
        theirs.finishAndReleaseAll();
        server.close();
    }
}
