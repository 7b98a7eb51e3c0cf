package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.fsm.Collision.Direction;
import io.clustermesh.bgp.fsm.ConnectionState;
import io.clustermesh.bgp.packet.Message;
import io.clustermesh.bgp.packet.MessageCodec;
import io.clustermesh.bgp.packet.Traits;
import io.clustermesh.bgp.rib.NextHops;
import io.clustermesh.model.IpAddress.Family;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One TCP connection with its octets in both directions and its state. Owned by the speaker's thread. */
final class Wire {

    /** Octets waiting to be sent above which no more routes are added; a full message always fits on top. */
    private static final int HIGH_WATER = 64 * 1024;

    private static final int READ_BUFFER = 4 * MessageCodec.MAX_LENGTH;

    /** Before both OPENs are in, nothing depends on what was agreed. */
    private static final Traits UNSETTLED = new Traits(true, Set.of(Family.IPV4, Family.IPV6));

    private static final Logger LOG = LoggerFactory.getLogger(Wire.class);

    private final SocketChannel channel;
    private final Direction direction;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(READ_BUFFER);
    private final Deque<ByteBuffer> out = new ArrayDeque<>();
    private int outOctets;
    private ConnectionState state;

    Wire(SocketChannel channel, Direction direction, SelectionKey key, ConnectionState first) {
        this.channel = channel;
        this.direction = direction;
        this.key = key;
        this.state = first;
    }

    /** Our addresses on the interface that it runs over. */
    NextHops localAddresses() {
        return LocalAddresses.of(channel);
    }

    Direction direction() {
        return direction;
    }

    ConnectionState state() {
        return state;
    }

    void state(ConnectionState next) {
        state = next;
    }

    private Traits traits() {
        return switch (state) {
            case ConnectionState.OpenConfirm c -> c.agreement().traits();
            case ConnectionState.Established e -> e.agreement().traits();
            case ConnectionState.OpenSent s -> UNSETTLED;
            case ConnectionState.Closed c -> UNSETTLED;
        };
    }

    /** Reads what is there; false at the end of the stream. */
    boolean fill() throws IOException {
        return channel.read(in) >= 0;
    }

    /** The next whole message of what was read. */
    Optional<Message> next() {
        in.flip();
        try {
            return MessageCodec.decode(in, traits());
        } finally {
            in.compact();
        }
    }

    void enqueue(Message message) {
        for (byte[] octets : MessageCodec.encode(message, traits())) {
            out.addLast(ByteBuffer.wrap(octets));
            outOctets += octets.length;
        }
    }

    boolean hasRoom() {
        return outOctets < HIGH_WATER;
    }

    /** Sends what the socket takes, and asks to be woken for the rest. */
    void flush() throws IOException {
        while (!out.isEmpty()) {
            ByteBuffer head = out.getFirst();
            outOctets -= channel.write(head);
            if (head.hasRemaining()) {
                break;
            }
            out.removeFirst();
        }
        if (key.isValid()) {
            key.interestOps(SelectionKey.OP_READ | (out.isEmpty() ? 0 : SelectionKey.OP_WRITE));
        }
    }

    void close() {
        key.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing a connection failed; it is gone either way");
        }
    }
}
