package io.clustermesh.bgp.packet;

import io.clustermesh.bgp.packet.AsPath.Kind;
import io.clustermesh.bgp.packet.AsPath.Segment;
import io.clustermesh.bgp.packet.Message.Announcement;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.bgp.packet.PathAttributes.Opaque;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress.Family;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * UPDATE to octets, cut into as many messages as its prefixes need. IPv4 goes into the message's own fields, as every
 * speaker understands them, IPv6 into MP_REACH_NLRI, which stands first among the attributes (RFC 7606, 5.1).
 */
final class UpdateEncoder {

    private static final int BODY_ROOM = MessageCodec.MAX_LENGTH - MessageCodec.HEADER_LENGTH;

    private final Traits traits;

    UpdateEncoder(Traits traits) {
        this.traits = traits;
    }

    List<byte[]> encode(Update update) {
        List<byte[]> messages = new ArrayList<>();
        for (Family family : Family.values()) {
            List<Cidr> gone = update.withdrawn().stream()
                    .filter(p -> p.base().family() == family)
                    .toList();
            withdraw(family, gone, messages);
        }
        for (Announcement announcement : update.announced()) {
            announce(update.attributes().orElseThrow(), announcement, messages);
        }
        update.endOfRib().ifPresent(family -> messages.add(endOfRib(family)));
        return messages;
    }

    private static byte[] endOfRib(Family family) {
        return family == Family.IPV4 ? message(new byte[0], new byte[0], new byte[0]) : unreach(family, new byte[0]);
    }

    private static void withdraw(Family family, List<Cidr> prefixes, List<byte[]> messages) {
        // two length fields and, for IPv6, the head of the attribute
        for (byte[] chunk : chunks(prefixes, BODY_ROOM - 4 - 7)) {
            messages.add(family == Family.IPV4 ? message(chunk, new byte[0], new byte[0]) : unreach(family, chunk));
        }
    }

    private static byte[] unreach(Family family, byte[] prefixes) {
        byte[] value = ByteBuffer.allocate(3 + prefixes.length)
                .putShort((short) Families.afi(family))
                .put((byte) Families.UNICAST)
                .put(prefixes)
                .array();
        ByteArrayOutputStream attributes = new ByteArrayOutputStream();
        write(attributes, AttributeType.OPTIONAL, AttributeType.MP_UNREACH, value);
        return message(new byte[0], attributes.toByteArray(), new byte[0]);
    }

    private void announce(PathAttributes attributes, Announcement announcement, List<byte[]> messages) {
        boolean plain = announcement.nextHop().family() == Family.IPV4;
        ByteArrayOutputStream common = new ByteArrayOutputStream();
        byte[] nextHop = announcement.nextHop().bytes();
        attributes(common, attributes, plain ? nextHop : new byte[0]);
        int reachHead = plain ? 0 : 4 + 5 + nextHop.length;
        int room = BODY_ROOM - 4 - common.size() - reachHead;
        if (room < 17) {
            throw new IllegalArgumentException(
                    "attributes of %d octets leave no room for a prefix in an UPDATE".formatted(common.size()));
        }
        for (byte[] chunk : chunks(announcement.prefixes(), room)) {
            if (plain) {
                messages.add(message(new byte[0], common.toByteArray(), chunk));
            } else {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                byte[] reach = ByteBuffer.allocate(5 + nextHop.length + chunk.length)
                        .putShort((short) Families.afi(announcement.nextHop().family()))
                        .put((byte) Families.UNICAST)
                        .put((byte) nextHop.length)
                        .put(nextHop)
                        .put((byte) 0)
                        .put(chunk)
                        .array();
                write(all, AttributeType.OPTIONAL, AttributeType.MP_REACH, reach);
                all.writeBytes(common.toByteArray());
                messages.add(message(new byte[0], all.toByteArray(), new byte[0]));
            }
        }
    }

    /** In the order of their types, which some receivers are faster with (RFC 4271, appendix F.3). */
    private void attributes(ByteArrayOutputStream out, PathAttributes a, byte[] nextHop) {
        write(out, AttributeType.TRANSITIVE, AttributeType.ORIGIN, new byte[] {
            (byte) a.origin().ordinal()
        });
        write(out, AttributeType.TRANSITIVE, AttributeType.AS_PATH, path(a.asPath(), traits.fourOctetAs()));
        if (nextHop.length > 0) {
            write(out, AttributeType.TRANSITIVE, AttributeType.NEXT_HOP, nextHop);
        }
        if (a.med().isPresent()) {
            byte[] med =
                    ByteBuffer.allocate(4).putInt((int) a.med().getAsLong()).array();
            write(out, AttributeType.OPTIONAL, AttributeType.MED, med);
        }
        int transitive = AttributeType.OPTIONAL | AttributeType.TRANSITIVE;
        if (!a.communities().isEmpty()) {
            ByteBuffer marks = ByteBuffer.allocate(4 * a.communities().size());
            a.communities().forEach(c -> marks.putInt(c.value()));
            write(out, transitive, AttributeType.COMMUNITIES, marks.array());
        }
        boolean hidden = !traits.fourOctetAs()
                && a.asPath().segments().stream()
                        .flatMap(s -> s.systems().stream())
                        .anyMatch(asn -> !asn.fitsTwoOctets());
        if (hidden) {
            write(out, transitive, AttributeType.AS4_PATH, path(a.asPath(), true));
        }
        for (Opaque other : a.others()) {
            write(out, other.flags(), other.type(), other.value().bytes());
        }
    }

    private static byte[] path(AsPath path, boolean fourOctets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Segment segment : path.segments()) {
            out.write(segment.kind() == Kind.SET ? 1 : 2);
            out.write(segment.systems().size());
            for (Asn asn : segment.systems()) {
                Asn written = fourOctets || asn.fitsTwoOctets() ? asn : Asn.TRANS;
                if (fourOctets) {
                    out.write((int) (written.value() >> 24));
                    out.write((int) (written.value() >> 16));
                }
                out.write((int) (written.value() >> 8));
                out.write((int) written.value());
            }
        }
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, int flags, int type, byte[] value) {
        boolean extended = value.length > 255;
        out.write(extended ? flags | AttributeType.EXTENDED_LENGTH : flags & ~AttributeType.EXTENDED_LENGTH);
        out.write(type);
        if (extended) {
            out.write(value.length >> 8);
        }
        out.write(value.length);
        out.writeBytes(value);
    }

    private static List<byte[]> chunks(List<Cidr> prefixes, int room) {
        List<byte[]> chunks = new ArrayList<>();
        ByteBuffer chunk = ByteBuffer.allocate(room);
        for (Cidr prefix : prefixes) {
            if (chunk.remaining() < Prefixes.size(prefix)) {
                chunks.add(taken(chunk));
            }
            Prefixes.write(chunk, prefix);
        }
        if (chunk.position() > 0) {
            chunks.add(taken(chunk));
        }
        return chunks;
    }

    private static byte[] taken(ByteBuffer chunk) {
        byte[] bytes = new byte[chunk.flip().remaining()];
        chunk.get(bytes).clear();
        return bytes;
    }

    private static byte[] message(byte[] withdrawn, byte[] attributes, byte[] plain) {
        byte[] body = ByteBuffer.allocate(4 + withdrawn.length + attributes.length + plain.length)
                .putShort((short) withdrawn.length)
                .put(withdrawn)
                .putShort((short) attributes.length)
                .put(attributes)
                .put(plain)
                .array();
        return MessageCodec.framed(MessageCodec.UPDATE, body);
    }
}
