package io.clustermesh.bgp.packet;

import io.clustermesh.bgp.packet.AttributeFault.Effect;
import io.clustermesh.bgp.packet.Message.Announcement;
import io.clustermesh.bgp.packet.Message.Notification;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * UPDATE from octets, with the error handling of RFC 7606. Used for one message.
 *
 * <p>The order matters: the prefixes are found first, because an attribute's fault can be treated as a withdrawal only
 * if it is certain which prefixes were meant (RFC 7606, section 3 j).
 */
final class UpdateDecoder {

    static final Notification MALFORMED_LIST = new Notification(3, 1);
    static final Notification INVALID_NETWORK = new Notification(3, 10);
    private static final Notification OPTIONAL_ATTRIBUTE = new Notification(3, 9);

    private final Traits traits;
    private final List<Cidr> withdrawn = new ArrayList<>();
    private final List<Cidr> plain = new ArrayList<>();
    private final List<Announcement> announced = new ArrayList<>();
    private final List<AttributeFault> faults = new ArrayList<>();
    private Optional<Family> emptyUnreach = Optional.empty();

    UpdateDecoder(Traits traits) {
        this.traits = traits;
    }

    Update decode(Cursor in) {
        Cursor attributes;
        try {
            Cursor unreachable = in.slice(in.u16());
            attributes = in.slice(in.u16());
            withdrawn.addAll(Prefixes.read(unreachable, Family.IPV4));
        } catch (Cursor.Underrun e) {
            throw new ProtocolException(MALFORMED_LIST, "lengths don't fit the message: " + e.getMessage());
        }
        try {
            plain.addAll(Prefixes.read(in, Family.IPV4));
        } catch (Cursor.Underrun e) {
            throw new ProtocolException(INVALID_NETWORK, "the last prefix is cut short: " + e.getMessage());
        }
        if (attributes.left() == 0 && plain.isEmpty()) {
            return withdrawn.isEmpty() ? Update.endOfRib(Family.IPV4) : Update.withdraw(withdrawn);
        }
        AttributeReader reader = new AttributeReader(traits, faults);
        boolean framed = split(attributes, reader);
        return finish(reader, framed);
    }

    /** Walks over the attributes; false if their lengths don't add up. */
    private boolean split(Cursor in, AttributeReader reader) {
        boolean[] seen = new boolean[256];
        while (in.left() > 0) {
            int type = 0;
            Cursor value;
            int flags;
            try {
                flags = in.u8();
                type = in.u8();
                value = in.slice((flags & AttributeType.EXTENDED_LENGTH) != 0 ? in.u16() : in.u8());
            } catch (Cursor.Underrun e) {
                faults.add(new AttributeFault(type, Effect.TREATED_AS_WITHDRAW, e.getMessage() + " in the list"));
                return false;
            }
            boolean multiProtocol = type == AttributeType.MP_REACH || type == AttributeType.MP_UNREACH;
            if (seen[type]) {
                if (multiProtocol) {
                    throw new ProtocolException(MALFORMED_LIST, "attribute %d stands twice".formatted(type));
                }
                faults.add(new AttributeFault(type, Effect.DISCARDED, "stands twice"));
                continue;
            }
            seen[type] = true;
            if (multiProtocol) {
                multiProtocol(type, value);
            } else {
                reader.read(flags, type, value);
            }
        }
        return true;
    }

    private void multiProtocol(int type, Cursor value) {
        try {
            Optional<Family> known = Families.of(value.u16(), value.u8());
            if (known.isEmpty() || !traits.families().contains(known.get())) {
                faults.add(new AttributeFault(type, Effect.DISCARDED, "of a family that was not agreed on"));
                return;
            }
            Family family = known.get();
            if (type == AttributeType.MP_UNREACH) {
                List<Cidr> prefixes = Prefixes.read(value, family);
                withdrawn.addAll(prefixes);
                emptyUnreach = prefixes.isEmpty() ? known : Optional.empty();
                return;
            }
            IpAddress nextHop = nextHop(value.slice(value.u8()), family);
            value.u8();
            List<Cidr> prefixes = Prefixes.read(value, family);
            if (!prefixes.isEmpty()) {
                announced.add(new Announcement(nextHop, prefixes));
            }
        } catch (Cursor.Underrun e) {
            // nobody knows now which prefixes were meant (RFC 7606, 7.11)
            throw new ProtocolException(OPTIONAL_ATTRIBUTE, "attribute %d: %s".formatted(type, e.getMessage()));
        }
    }

    /** For IPv6 the first address is the global one, a link-local one may follow (RFC 2545, section 3). */
    private static IpAddress nextHop(Cursor in, Family family) {
        int octets = family.bits() / 8;
        if (in.left() != octets && !(family == Family.IPV6 && in.left() == 2 * octets)) {
            throw new ProtocolException(
                    OPTIONAL_ATTRIBUTE, "next hop of %d octets for %s".formatted(in.left(), family));
        }
        return IpAddress.of(in.take(octets));
    }

    private Update finish(AttributeReader reader, boolean framed) {
        if (!framed && plain.isEmpty() && announced.isEmpty()) {
            throw new ProtocolException(MALFORMED_LIST, "attributes cut short, and no prefixes to treat as withdrawn");
        }
        if (!plain.isEmpty() && traits.families().contains(Family.IPV4)) {
            Optional<IpAddress> nextHop = reader.nextHop();
            if (nextHop.isEmpty()) {
                reader.fault(AttributeType.NEXT_HOP, "is missing or wrong");
                withdrawn.addAll(plain);
            } else {
                announced.addFirst(new Announcement(nextHop.get(), plain));
            }
        }
        if (announced.isEmpty()) {
            Optional<Family> marker =
                    withdrawn.isEmpty() && plain.isEmpty() && faults.isEmpty() ? emptyUnreach : Optional.empty();
            return new Update(withdrawn, Optional.empty(), List.of(), marker, faults);
        }
        Optional<PathAttributes> attributes = reader.attributes();
        if (attributes.isEmpty()) {
            announced.forEach(a -> withdrawn.addAll(a.prefixes()));
            return new Update(withdrawn, Optional.empty(), List.of(), Optional.empty(), faults);
        }
        return new Update(withdrawn, attributes, announced, Optional.empty(), faults);
    }
}
