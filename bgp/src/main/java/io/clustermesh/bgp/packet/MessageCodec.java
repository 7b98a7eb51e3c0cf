package io.clustermesh.bgp.packet;

import io.clustermesh.bgp.packet.Message.Keepalive;
import io.clustermesh.bgp.packet.Message.Notification;
import io.clustermesh.bgp.packet.Message.Open;
import io.clustermesh.bgp.packet.Message.Update;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Messages from and to octets. Stateless.
 *
 * <p>Decoding throws {@link ProtocolException} and nothing else, whatever comes, and allocates in proportion to the
 * message, which has at most {@value #MAX_LENGTH} octets.
 */
public final class MessageCodec {

    /** The shortest message: a header alone. */
    public static final int HEADER_LENGTH = 19;

    /** The longest message (RFC 4271; we don't offer RFC 8654). */
    public static final int MAX_LENGTH = 4096;

    static final int OPEN = 1;
    static final int UPDATE = 2;
    static final int NOTIFICATION = 3;
    static final int KEEPALIVE = 4;

    private static final int MARKER_LENGTH = 16;
    private static final int LEAST_OPEN = 29;
    private static final int LEAST_UPDATE = 23;
    private static final int LEAST_NOTIFICATION = 21;

    private MessageCodec() {}

    /**
     * Takes the next whole message out of {@code in} (between position and limit), or nothing if it is not all there.
     *
     * @param traits of the session; before its OPEN is in, any
     */
    public static Optional<Message> decode(ByteBuffer in, Traits traits) {
        if (in.remaining() < HEADER_LENGTH) {
            return Optional.empty();
        }
        int start = in.position();
        for (int i = 0; i < MARKER_LENGTH; i++) {
            if (in.get(start + i) != (byte) 0xFF) {
                throw new ProtocolException(new Notification(1, 1), "the marker is not all ones");
            }
        }
        int length = in.getShort(start + MARKER_LENGTH) & 0xFFFF;
        int type = in.get(start + MARKER_LENGTH + 2) & 0xFF;
        checkLength(type, length);
        if (in.remaining() < length) {
            return Optional.empty();
        }
        byte[] body = new byte[length - HEADER_LENGTH];
        in.position(start + HEADER_LENGTH).get(body);
        return Optional.of(decodeBody(type, body, traits));
    }

    private static void checkLength(int type, int length) {
        int least = switch (type) {
            case OPEN -> LEAST_OPEN;
            case UPDATE -> LEAST_UPDATE;
            case NOTIFICATION -> LEAST_NOTIFICATION;
            case KEEPALIVE -> HEADER_LENGTH;
            default ->
                throw new ProtocolException(new Notification(1, 3, Octets.of((byte) type)), "type %d".formatted(type));
        };
        if (length < least || length > MAX_LENGTH || (type == KEEPALIVE && length != HEADER_LENGTH)) {
            throw new ProtocolException(
                    new Notification(1, 2, Octets.of((byte) (length >> 8), (byte) length)),
                    "a message of type %d with %d octets".formatted(type, length));
        }
    }

    private static Message decodeBody(int type, byte[] body, Traits traits) {
        Cursor in = new Cursor(body, 0, body.length);
        return switch (type) {
            case OPEN -> OpenCodec.decode(in);
            case UPDATE -> new UpdateDecoder(traits).decode(in);
            case NOTIFICATION -> new Notification(in.u8(), in.u8(), Octets.of(in.take(in.left())));
            default -> new Keepalive();
        };
    }

    /**
     * The octets of {@code message}; several messages if an UPDATE holds more prefixes than fit into one.
     *
     * @param traits of the session
     */
    public static List<byte[]> encode(Message message, Traits traits) {
        return switch (message) {
            case Open open -> List.of(framed(OPEN, OpenCodec.encode(open)));
            case Update update -> new UpdateEncoder(traits).encode(update);
            case Notification n -> List.of(framed(NOTIFICATION, notification(n)));
            case Keepalive() -> List.of(framed(KEEPALIVE, new byte[0]));
        };
    }

    private static byte[] notification(Notification n) {
        byte[] data = n.data().bytes();
        int kept = Math.min(data.length, MAX_LENGTH - LEAST_NOTIFICATION);
        return ByteBuffer.allocate(2 + kept)
                .put((byte) n.code())
                .put((byte) n.subcode())
                .put(data, 0, kept)
                .array();
    }

    static byte[] framed(int type, byte[] body) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_LENGTH + body.length);
        for (int i = 0; i < MARKER_LENGTH; i++) {
            out.put((byte) 0xFF);
        }
        return out.putShort((short) out.capacity()).put((byte) type).put(body).array();
    }
}
