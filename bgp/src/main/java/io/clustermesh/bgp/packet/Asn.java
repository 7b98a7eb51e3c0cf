package io.clustermesh.bgp.packet;

/**
 * An autonomous system number of four octets (RFC 6793).
 *
 * @param value 1 to 4294967295; 0 is nobody's (RFC 7607)
 */
public record Asn(long value) implements Comparable<Asn> {

    /** Stands for an AS above 65535 towards neighbours that know two octets only (RFC 6793, section 9). */
    public static final Asn TRANS = new Asn(23456);

    /** @throws IllegalArgumentException outside 1..4294967295 */
    public Asn {
        if (value < 1 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException(
                    "AS number %d is outside 1..4294967295; private ones are 64512-65534 and 4200000000-4294967294"
                            .formatted(value));
        }
    }

    /** Parses the decimal form. */
    public static Asn parse(String text) {
        try {
            return new Asn(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"%s\" is no AS number; write it in decimal".formatted(text), e);
        }
    }

    /** Whether it fits the two octets of the first BGP-4. */
    public boolean fitsTwoOctets() {
        return value <= 0xFFFF;
    }

    @Override
    public int compareTo(Asn other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
