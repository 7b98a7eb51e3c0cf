package io.clustermesh.bgp.packet;

import io.clustermesh.bgp.packet.AsPath.Kind;
import io.clustermesh.bgp.packet.AsPath.Segment;
import io.clustermesh.bgp.packet.AttributeFault.Effect;
import io.clustermesh.bgp.packet.Message.Notification;
import io.clustermesh.bgp.packet.PathAttributes.Opaque;
import io.clustermesh.bgp.packet.PathAttributes.Origin;
import io.clustermesh.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The attributes of one UPDATE from an external neighbour, each judged by its paragraph of RFC 7606, section 7. */
final class AttributeReader {

    private static final Notification UNRECOGNIZED_WELL_KNOWN = new Notification(3, 2);

    private final Traits traits;
    private final List<AttributeFault> faults;
    private Optional<Origin> origin = Optional.empty();
    private Optional<AsPath> asPath = Optional.empty();
    private Optional<AsPath> as4Path = Optional.empty();
    private Optional<IpAddress> nextHop = Optional.empty();
    private OptionalLong med = OptionalLong.empty();
    private final List<Community> communities = new ArrayList<>();
    private final List<Opaque> others = new ArrayList<>();
    private boolean treatAsWithdraw;

    AttributeReader(Traits traits, List<AttributeFault> faults) {
        this.traits = traits;
        this.faults = faults;
    }

    void read(int flags, int type, Cursor value) {
        int expected = AttributeType.flags(type);
        int actual = flags & (AttributeType.OPTIONAL | AttributeType.TRANSITIVE);
        if (expected < 0) {
            unknown(flags, type, value);
        } else if (actual != expected) {
            fault(type, "has flags 0x%02x".formatted(flags));
        } else {
            try {
                known(flags, type, value);
            } catch (Cursor.Underrun e) {
                fault(type, String.valueOf(e.getMessage()));
            }
        }
    }

    private void known(int flags, int type, Cursor value) {
        int length = value.left();
        switch (type) {
            case AttributeType.ORIGIN -> {
                int code = length == 1 ? value.u8() : -1;
                if (code < 0 || code >= Origin.values().length) {
                    fault(type, "has %d octets or an unknown value".formatted(length));
                } else {
                    origin = Optional.of(Origin.values()[code]);
                }
            }
            case AttributeType.AS_PATH -> {
                asPath = path(value, traits.fourOctetAs());
                if (asPath.isEmpty()) {
                    fault(type, "is malformed");
                }
            }
            case AttributeType.AS4_PATH -> {
                as4Path = traits.fourOctetAs() ? Optional.empty() : path(value, true);
                if (as4Path.isEmpty()) {
                    discarded(type, "is malformed or not wanted");
                }
            }
            case AttributeType.NEXT_HOP -> {
                if (length == 4) {
                    nextHop = Optional.of(IpAddress.of(value.take(4)));
                } else {
                    fault(type, "has %d octets".formatted(length));
                }
            }
            case AttributeType.MED -> {
                if (length == 4) {
                    med = OptionalLong.of(value.u32());
                } else {
                    fault(type, "has %d octets".formatted(length));
                }
            }
            case AttributeType.COMMUNITIES -> {
                if (length == 0 || length % 4 != 0) {
                    fault(type, "has %d octets".formatted(length));
                } else {
                    while (value.left() > 0) {
                        communities.add(new Community((int) value.u32()));
                    }
                }
            }
            // means nothing from another AS (RFC 7606, 7.5, 7.9, 7.10)
            case AttributeType.LOCAL_PREF, AttributeType.ORIGINATOR_ID, AttributeType.CLUSTER_LIST ->
                discarded(type, "came from an external neighbour");
            // we never aggregate, and a path goes on without them (RFC 7606, 7.6 and 7.7)
            case AttributeType.ATOMIC_AGGREGATE, AttributeType.AGGREGATOR, AttributeType.AS4_AGGREGATOR -> {
                int wanted = type == AttributeType.ATOMIC_AGGREGATE ? 0 : aggregatorOctets(type);
                if (length != wanted) {
                    discarded(type, "has %d octets, not %d".formatted(length, wanted));
                }
            }
            default ->
                throw new IllegalStateException(
                        "attribute %d with flags %d is known but not read".formatted(type, flags));
        }
    }

    private int aggregatorOctets(int type) {
        return type == AttributeType.AGGREGATOR && !traits.fourOctetAs() ? 6 : 8;
    }

    private void unknown(int flags, int type, Cursor value) {
        if ((flags & AttributeType.OPTIONAL) == 0) {
            throw new ProtocolException(UNRECOGNIZED_WELL_KNOWN, "attribute %d".formatted(type));
        }
        if ((flags & AttributeType.TRANSITIVE) != 0) {
            others.add(new Opaque(
                    AttributeType.OPTIONAL | AttributeType.TRANSITIVE | AttributeType.PARTIAL,
                    type,
                    Octets.of(value.take(value.left()))));
        }
    }

    /** Nothing if malformed: a bad segment, a count that doesn't fit, AS 0 (RFC 7607). */
    private static Optional<AsPath> path(Cursor in, boolean fourOctets) {
        List<Segment> segments = new ArrayList<>();
        try {
            while (in.left() > 0) {
                int kind = in.u8();
                int count = in.u8();
                if (count == 0 || (kind != 1 && kind != 2)) {
                    return Optional.empty();
                }
                List<Asn> systems = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    long asn = fourOctets ? in.u32() : in.u16();
                    if (asn == 0) {
                        return Optional.empty();
                    }
                    systems.add(new Asn(asn));
                }
                segments.add(new Segment(kind == 1 ? Kind.SET : Kind.SEQUENCE, systems));
            }
        } catch (Cursor.Underrun e) {
            return Optional.empty();
        }
        return Optional.of(new AsPath(segments));
    }

    void fault(int type, String detail) {
        treatAsWithdraw = true;
        faults.add(new AttributeFault(type, Effect.TREATED_AS_WITHDRAW, detail));
    }

    private void discarded(int type, String detail) {
        faults.add(new AttributeFault(type, Effect.DISCARDED, detail));
    }

    /** NEXT_HOP, if it is there and a host's address. */
    Optional<IpAddress> nextHop() {
        return nextHop;
    }

    /** All of them, or nothing if the prefixes must be treated as withdrawn. */
    Optional<PathAttributes> attributes() {
        if (origin.isEmpty() && !treatAsWithdraw) {
            fault(AttributeType.ORIGIN, "is missing");
        }
        if (asPath.isEmpty() && !treatAsWithdraw) {
            fault(AttributeType.AS_PATH, "is missing");
        }
        if (treatAsWithdraw || faults.stream().anyMatch(f -> f.effect() == Effect.TREATED_AS_WITHDRAW)) {
            return Optional.empty();
        }
        AsPath path = asPath.orElseThrow();
        return Optional.of(new PathAttributes(
                origin.orElseThrow(), as4Path.map(path::mergedWith).orElse(path), med, communities, others));
    }
}
