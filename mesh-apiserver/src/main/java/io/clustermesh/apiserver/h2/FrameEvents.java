package io.clustermesh.apiserver.h2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/** What Netty's frame reader reads, for the connection. */
final class FrameEvents implements Http2FrameListener {

    private final H2Connection connection;

    FrameEvents(H2Connection connection) {
        this.connection = connection;
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean last) {
        connection.data(stream, data, padding, last);
        return data.readableBytes() + padding;
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean last) {
        connection.headers(stream, headers, last);
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int stream,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean last) {
        connection.headers(stream, headers, last);
    }

    @Override
    public void onPriorityRead(
            ChannelHandlerContext context, int stream, int dependency, short weight, boolean exclusive) {
        connection.bear(Floods.Kind.PRIORITY);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int stream, long error) {
        connection.resetByClient(stream);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
        connection.settings(settings);
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext context) {
        connection.bear(Floods.Kind.SETTINGS);
    }

    @Override
    public void onPingRead(ChannelHandlerContext context, long data) {
        connection.ping(data);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) {
        connection.bear(Floods.Kind.UNKNOWN);
    }

    @Override
    public void onPushPromiseRead(
            ChannelHandlerContext context, int stream, int promised, Http2Headers headers, int padding)
            throws Http2Exception {
        throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "a client may not push");
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext context, int lastStream, long error, ByteBuf debug) {
        // it opens no more calls; those that are open go on
        connection.bear(Floods.Kind.UNKNOWN);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext context, int stream, int increment) {
        connection.windowUpdated(stream, increment);
    }

    @Override
    public void onUnknownFrame(
            ChannelHandlerContext context, byte type, int stream, Http2Flags flags, ByteBuf payload) {
        connection.bear(Floods.Kind.UNKNOWN);
    }
}
