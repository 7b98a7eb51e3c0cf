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
        if (!base.masked(length).equals(base)) {
            throw new IllegalArgumentException(
                    "%s/%d has bits set past its prefix; write the first address of the block".formatted(base, length));
        }
    }

    /** The block of {@code length} bits that holds {@code address}. */
    public static Cidr containing(IpAddress address, int length) {
        return new Cidr(address.masked(length), length);
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
        return address.family() == base.family() && address.masked(length).equals(base);
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
