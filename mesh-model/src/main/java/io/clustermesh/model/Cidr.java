package io.clustermesh.model;

/**
 * An address block in canonical form: no bit set past the prefix.
 *
 * @param base the first address of the block
 * @param length prefix length in bits, 0 to 32 or 128
 */
public record Cidr(IpAddress base, int length) implements Comparable<Cidr> {

    /** @throws IllegalArgumentException for an impossible length or for host bits that are set */
    public Cidr {
        int bits = base.family().bits();
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException("prefix length %d is outside 0..%d".formatted(length, bits));
        }
        byte[] bytes = base.bytes();
        for (int bit = length; bit < bits; bit++) {
            if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                throw new IllegalArgumentException(
                        "%s/%d has bits set past its prefix; write the first address of the block"
                                .formatted(base, length));
            }
        }
    }

    /** The block of {@code length} bits that holds {@code address}. */
    public static Cidr containing(IpAddress address, int length) {
        byte[] bytes = address.bytes();
        for (int bit = Math.max(length, 0); bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return new Cidr(IpAddress.of(bytes), length);
    }

    /** Parses {@code address/length}. */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("\"%s\" is no CIDR; write address/length".formatted(text));
        }
        IpAddress base = IpAddress.parse(text.substring(0, slash));
        try {
            return new Cidr(base, Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"%s\" is no CIDR: the length is no number".formatted(text), e);
        }
    }

    /** Whether {@code address} lies in this block; never across families. */
    public boolean contains(IpAddress address) {
        if (address.family() != base.family()) {
            return false;
        }
        byte[] mine = base.bytes();
        byte[] other = address.bytes();
        for (int bit = 0; bit < length; bit++) {
            int mask = 0x80 >> bit % 8;
            if ((mine[bit / 8] & mask) != (other[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the two blocks share an address. */
    public boolean overlaps(Cidr other) {
        return contains(other.base) || other.contains(base);
    }

    @Override
    public int compareTo(Cidr other) {
        int byBase = base.compareTo(other.base);
        return byBase != 0 ? byBase : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return base + "/" + length;
    }
}
