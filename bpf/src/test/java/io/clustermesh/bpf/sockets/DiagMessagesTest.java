package io.clustermesh.bpf.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DiagMessagesTest {

    private static final int UDP = 17;

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer header(int length, int type) {
        return buffer(length)
                .putInt(length)
                .putShort((short) type)
                .putShort((short) 2)
                .putLong(0);
    }

    /** A message about one socket, with {@code attributes} behind it. */
    private static byte[] socket(byte[] attributes) {
        ByteBuffer message = header(16 + 72 + attributes.length, 20).put((byte) DiagMessages.AF_INET);
        message.put(20, new byte[] {1, 2, 3});
        return message.put(16 + 72, attributes).array();
    }

    private static byte[] attribute(int type, byte[] value) {
        int padded = 4 + value.length + 3 & ~3;
        return buffer(padded)
                .putShort((short) (4 + value.length))
                .putShort((short) type)
                .put(value)
                .array();
    }

    private static byte[] joined(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = buffer(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    private static List<SocketRef> sockets(byte[] datagram) {
        return ((DiagMessages.Answer.Sockets) DiagMessages.parse(datagram, UDP)).sockets();
    }

    @Test
    void shouldAskForConnectedSocketsWithTheirStorage() {
        ByteBuffer message = ByteBuffer.wrap(DiagMessages.dump(DiagMessages.AF_INET6, UDP, List.of(7, 9)))
                .order(ByteOrder.nativeOrder());

        assertThat(message.limit()).isEqualTo(message.getInt(0)).isEqualTo(16 + 56 + 4 + 16);
        assertThat(message.getShort(4)).isEqualTo((short) 20);
        assertThat(message.get(16)).isEqualTo((byte) 10);
        assertThat(message.get(17)).isEqualTo((byte) UDP);
        assertThat(message.getShort(72)).isEqualTo((short) 20);
        assertThat(message.getInt(80)).isEqualTo(7);
        assertThat(message.getInt(88)).isEqualTo(9);
    }

    @Test
    void shouldReadAStorageFromNestedAttributes() {
        byte[] value = {4, 5, 6, 7, 8};
        byte[] storage = attribute(1 | 0x8000, joined(attribute(2, new byte[4]), attribute(3, value)));
        byte[] attributes = joined(attribute(15, new byte[3]), attribute(20 | 0x8000, storage));

        assertThat(sockets(socket(attributes))).singleElement().satisfies(socket -> {
            assertThat(socket.storages()).singleElement().isEqualTo(value);
            assertThat(socket.id()).startsWith(1, 2, 3);
            assertThat(socket.family()).isEqualTo(DiagMessages.AF_INET);
        });
    }

    @Test
    void shouldReadSeveralMessagesOfOneDatagram() {
        byte[] two = joined(socket(new byte[0]), socket(attribute(15, new byte[4])));

        assertThat(sockets(two)).hasSize(2).allMatch(socket -> socket.storages().isEmpty());
        assertThat(DiagMessages.parse(joined(two, header(20, 3).array()), UDP))
                .isInstanceOfSatisfying(
                        DiagMessages.Answer.Done.class,
                        done -> assertThat(done.sockets()).hasSize(2));
    }

    @Test
    void shouldReadErrors() {
        byte[] refused = header(36, 2).putInt(-1).array();

        assertThat(DiagMessages.parse(refused, UDP)).isEqualTo(new DiagMessages.Answer.Refused(1));
    }

    @Test
    void shouldNameExactlyTheSocketToEnd() {
        SocketRef socket = sockets(socket(new byte[0])).getFirst();
        byte[] message = DiagMessages.destroy(socket);

        assertThat(message).hasSize(16 + 56);
        assertThat(ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).getShort(4))
                .isEqualTo((short) 21);
        assertThat(message[24]).isEqualTo((byte) 1);
        assertThat(message[26]).isEqualTo((byte) 3);
    }

    @Test
    void shouldNotReadPastTheEnd() {
        byte[] cut = header(16, 20).putInt(0, 400).array();

        assertThatIllegalStateException()
                .isThrownBy(() -> DiagMessages.parse(cut, UDP))
                .withMessageContaining("400 bytes");
        assertThat(sockets(socket(buffer(4).putShort((short) 60).array())))
                .singleElement()
                .satisfies(socket -> assertThat(socket.storages()).isEmpty());
    }
}
