package io.clustermesh.bgp.packet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The autonomous systems that a route has come through, the nearest first (RFC 4271, 5.1.2).
 *
 * @param segments sequences, and sets left by aggregation
 */
public record AsPath(List<Segment> segments) {

    /** Of a route that starts here. */
    public static final AsPath EMPTY = new AsPath(List.of());

    /** How many systems one segment holds at most: its count is one octet. */
    static final int MOST_PER_SEGMENT = 255;

    /** Whether the order of a segment means anything. */
    public enum Kind {
        SET,
        SEQUENCE
    }

    /**
     * @param kind ordered or not
     * @param systems 1 to 255 of them
     */
    public record Segment(Kind kind, List<Asn> systems) {

        /** @throws IllegalArgumentException if empty or too long */
        public Segment {
            if (systems.isEmpty() || systems.size() > MOST_PER_SEGMENT) {
                throw new IllegalArgumentException(
                        "an AS path segment has 1..255 systems, not %d".formatted(systems.size()));
            }
            systems = List.copyOf(systems);
        }
    }

    public AsPath {
        segments = List.copyOf(segments);
    }

    /** One sequence, or the empty path. */
    public static AsPath of(Asn... systems) {
        return systems.length == 0 ? EMPTY : new AsPath(List.of(new Segment(Kind.SEQUENCE, List.of(systems))));
    }

    /** For comparing routes: a set counts as one (RFC 4271, 9.1.2.2 a). */
    public int length() {
        return segments.stream()
                .mapToInt(s -> s.kind() == Kind.SET ? 1 : s.systems().size())
                .sum();
    }

    /** Whether {@code asn} is on the way. */
    public boolean contains(Asn asn) {
        return segments.stream().anyMatch(s -> s.systems().contains(asn));
    }

    /** The neighbour that sent it, if the path begins with a sequence. */
    public Optional<Asn> first() {
        return segments.isEmpty() || segments.getFirst().kind() == Kind.SET
                ? Optional.empty()
                : Optional.of(segments.getFirst().systems().getFirst());
    }

    /** With {@code asn} in front. */
    public AsPath prepend(Asn asn) {
        List<Segment> longer = new ArrayList<>(segments);
        if (!segments.isEmpty()
                && segments.getFirst().kind() == Kind.SEQUENCE
                && segments.getFirst().systems().size() < MOST_PER_SEGMENT) {
            List<Asn> systems = new ArrayList<>();
            systems.add(asn);
            systems.addAll(segments.getFirst().systems());
            longer.set(0, new Segment(Kind.SEQUENCE, systems));
        } else {
            longer.addFirst(new Segment(Kind.SEQUENCE, List.of(asn)));
        }
        return new AsPath(longer);
    }

    /**
     * The true path from a path of two-octet numbers and the AS4_PATH beside it: what stands in front of the latter was
     * added by systems that don't know four octets (RFC 6793, 4.2.3).
     */
    AsPath mergedWith(AsPath four) {
        int surplus = length() - four.length();
        if (surplus < 0) {
            return this;
        }
        List<Segment> merged = new ArrayList<>();
        for (Segment segment : segments) {
            if (surplus == 0) {
                break;
            }
            int taken = segment.kind() == Kind.SET
                    ? 1
                    : Math.min(surplus, segment.systems().size());
            merged.add(
                    segment.kind() == Kind.SET
                            ? segment
                            : new Segment(Kind.SEQUENCE, segment.systems().subList(0, taken)));
            surplus -= taken;
        }
        merged.addAll(four.segments);
        return new AsPath(merged);
    }

    /** Numbers with spaces, sets in braces. */
    @Override
    public String toString() {
        return segments.stream().map(AsPath::text).collect(Collectors.joining(" "));
    }

    private static String text(Segment segment) {
        boolean set = segment.kind() == Kind.SET;
        return segment.systems().stream()
                .map(Asn::toString)
                .collect(Collectors.joining(set ? "," : " ", set ? "{" : "", set ? "}" : ""));
    }
}
