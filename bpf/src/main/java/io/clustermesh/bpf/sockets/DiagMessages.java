package io.clustermesh.bpf.sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Requests and answers of sock_diag ({@code linux/sock_diag.h}, {@code linux/inet_diag.h}). Numbers are in the machine's
 * order, a message is 16 bytes of header and a body, padded to 4; an attribute is a u16 length, a u16 type, a value,
 * padded to 4.
 */
final class DiagMessages {

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int SOCK_DESTROY = 21;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int REQUEST = 1;
    private static final int ACK = 4;
    private static final int DUMP = 0x300;

    private static final int HEADER_BYTES = 16;
    private static final int REQUEST_BYTES = 56;
    private static final int ANSWER_BYTES = 72;
    private static final int SOCKET_ID_BYTES = 48;
    private static final int ANSWER_ID = 4;

    private static final int REQ_SK_BPF_STORAGES = 2;
    private static final int REQ_MAP_FD = 1;
    private static final int SK_BPF_STORAGES = 20;
    private static final int BPF_STORAGE = 1;
    private static final int MAP_VALUE = 3;
    private static final int TYPE_MASK = 0x3fff;

    /** Every state in which a socket has a peer, but TIME_WAIT, which has no application any more. */
    private static final int CONNECTED_STATES = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 11;

    private DiagMessages() {}

    /** Asks for all connected sockets, each with what it has in the maps behind {@code descriptors}. */
    static byte[] dump(int family, int protocol, List<Integer> descriptors) {
        int nested = descriptors.size() * 8;
        ByteBuffer message = message(SOCK_DIAG_BY_FAMILY, REQUEST | DUMP, REQUEST_BYTES + 4 + nested);
        message.put((byte) family).put((byte) protocol).putShort((short) 0).putInt(CONNECTED_STATES);
        message.position(HEADER_BYTES + REQUEST_BYTES);
        message.putShort((short) (4 + nested)).putShort((short) REQ_SK_BPF_STORAGES);
        for (int descriptor : descriptors) {
            message.putShort((short) 8).putShort((short) REQ_MAP_FD).putInt(descriptor);
        }
        return message.array();
    }

    /** Asks to end a socket; the answer is an error, number 0 if it was done. */
    static byte[] destroy(SocketRef socket) {
        ByteBuffer message = message(SOCK_DESTROY, REQUEST | ACK, REQUEST_BYTES);
        message.put((byte) socket.family())
                .put((byte) socket.protocol())
                .putShort((short) 0)
                .putInt(-1)
                .put(socket.id());
        return message.array();
    }

    private static ByteBuffer message(int type, int flags, int body) {
        return ByteBuffer.allocate(HEADER_BYTES + body)
                .order(ByteOrder.nativeOrder())
                .putInt(HEADER_BYTES + body)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(0)
                .putInt(0);
    }

    /** One datagram of the kernel's. */
    sealed interface Answer {

        /** @param sockets some of the sockets; more follow */
        record Sockets(List<SocketRef> sockets) implements Answer {}

        /** @param sockets the last of the sockets */
        record Done(List<SocketRef> sockets) implements Answer {}

        /** @param errno why not, 0 if it was done */
        record Refused(int errno) implements Answer {}
    }

    static Answer parse(byte[] datagram, int protocol) {
        ByteBuffer buffer = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        List<SocketRef> sockets = new ArrayList<>();
        while (buffer.remaining() >= HEADER_BYTES) {
            int start = buffer.position();
            int length = buffer.getInt(start);
            if (length < HEADER_BYTES || length > buffer.remaining()) {
                throw new IllegalStateException("the kernel sent a message of %d bytes, of which %d came"
                        .formatted(length, buffer.remaining()));
            }
            switch (buffer.getShort(start + 4)) {
                case NLMSG_DONE -> {
                    return new Answer.Done(sockets);
                }
                case NLMSG_ERROR -> {
                    return new Answer.Refused(-buffer.getInt(start + HEADER_BYTES));
                }
                default -> sockets.add(socket(buffer.slice(start + HEADER_BYTES, length - HEADER_BYTES), protocol));
            }
            buffer.position(Math.min(start + (length + 3 & ~3), buffer.limit()));
        }
        return new Answer.Sockets(sockets);
    }

    private static SocketRef socket(ByteBuffer body, int protocol) {
        body.order(ByteOrder.nativeOrder());
        byte[] id = new byte[SOCKET_ID_BYTES];
        body.get(ANSWER_ID, id);
        List<byte[]> storages = new ArrayList<>();
        attributes(body.slice(ANSWER_BYTES, body.limit() - ANSWER_BYTES), (type, list) -> {
            if (type == SK_BPF_STORAGES) {
                attributes(list, (storage, one) -> {
                    if (storage == BPF_STORAGE) {
                        attributes(one, (part, value) -> {
                            if (part == MAP_VALUE) {
                                byte[] bytes = new byte[value.remaining()];
                                value.get(bytes);
                                storages.add(bytes);
                            }
                        });
                    }
                });
            }
        });
        return new SocketRef(body.get(0), protocol, id, storages);
    }

    private static void attributes(ByteBuffer list, BiConsumer<Integer, ByteBuffer> each) {
        list.order(ByteOrder.nativeOrder());
        int at = 0;
        while (list.limit() - at >= 4) {
            int length = list.getShort(at) & 0xffff;
            if (length < 4 || at + length > list.limit()) {
                return;
            }
            each.accept(list.getShort(at + 2) & TYPE_MASK, list.slice(at + 4, length - 4));
            at += length + 3 & ~3;
        }
    }
}
