package io.clustermesh.apiserver.h2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.nio.charset.StandardCharsets;

/** The frames that we write (RFC 9113, section 6), header and all. */
final class Frames {

    static final int GO_AWAY_TEXT_BYTES = 128;
    static final int HEADER_BYTES = 9;
    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;

    /** The largest frame that every peer takes, and what each of ours holds at most. */
    static final int PAYLOAD_BYTES = 16_384;

    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_HEADER_LIST_SIZE = 6;

    private Frames() {}

    static void header(ByteBuf out, int length, int type, int flags, int stream) {
        out.writeInt(length << 8 | type);
        out.writeByte(flags);
        out.writeInt(stream);
    }

    /** Our settings, and the connection's window, which no setting can widen. */
    static void greeting(ByteBuf out, H2Limits limits) {
        header(out, 18, Http2FrameTypes.SETTINGS, 0, 0);
        out.writeShort(MAX_CONCURRENT_STREAMS).writeInt(limits.streams());
        out.writeShort(INITIAL_WINDOW_SIZE).writeInt(H2Limits.STREAM_WINDOW);
        out.writeShort(MAX_HEADER_LIST_SIZE).writeInt(H2Limits.HEADER_LIST_BYTES);
        windowUpdate(out, 0, H2Limits.CONNECTION_WINDOW - 65_535);
    }

    static void settingsAck(ByteBuf out) {
        header(out, 0, Http2FrameTypes.SETTINGS, ACK, 0);
    }

    static void ping(ByteBuf out, boolean ack, long data) {
        header(out, 8, Http2FrameTypes.PING, ack ? ACK : 0, 0);
        out.writeLong(data);
    }

    static void windowUpdate(ByteBuf out, int stream, int increment) {
        header(out, 4, Http2FrameTypes.WINDOW_UPDATE, 0, stream);
        out.writeInt(increment);
    }

    static void reset(ByteBuf out, int stream, long error) {
        header(out, 4, Http2FrameTypes.RST_STREAM, 0, stream);
        out.writeInt((int) error);
    }

    /** Of a long reason the first {@link #GO_AWAY_TEXT_BYTES} are sent. */
    static void goAway(ByteBuf out, int lastStream, long error, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, GO_AWAY_TEXT_BYTES);
        header(out, 8 + length, Http2FrameTypes.GO_AWAY, 0, 0);
        out.writeInt(lastStream).writeInt((int) error).writeBytes(text, 0, length);
    }
}
