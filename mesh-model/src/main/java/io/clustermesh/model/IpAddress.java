package io.clustermesh.model;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address; equal families and bytes are equal addresses. Parsing never asks a name server.
 *
 * @param family IPv4 or IPv6
 * @param high the first 8 bytes of the address, big-endian; 0 for IPv4
 * @param low the last 8 bytes, big-endian; for IPv4 the 4 bytes of the address
 */
public record IpAddress(Family family, long high, long low) implements Comparable<IpAddress> {

    /** The two address families. */
    public enum Family {
        IPV4(32),
        IPV6(128);

        private final int bits;

        Family(int bits) {
            this.bits = bits;
        }

        /** Length of an address in bits. */
        public int bits() {
            return bits;
        }
    }

    /** @throws IllegalArgumentException if an IPv4 address has more than 32 bits */
    public IpAddress {
        if (family == Family.IPV4 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    /**
     * Parses a literal: dotted IPv4 or IPv6 without a zone.
     *
     * @throws IllegalArgumentException for anything else, host names among them
     */
    public static IpAddress parse(String text) {
        if (text.indexOf(':') < 0) {
            return parseIpv4(text);
        }
        if (text.indexOf('%') >= 0) {
            throw noAddress(text);
        }
        try {
            return of(InetAddress.ofLiteral(text).getAddress());
        } catch (IllegalArgumentException e) {
            throw noAddress(text);
        }
    }

    // by hand, since a mirror parses two of them for each pod of a peer
    private static IpAddress parseIpv4(String text) {
        long bits = 0;
        int octet = 0;
        int digits = 0;
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && digits > 0 && dots < 3) {
                bits = bits << 8 | octet;
                octet = 0;
                digits = 0;
                dots++;
            } else if (c >= '0' && c <= '9' && (digits == 0 || octet > 0)) {
                octet = octet * 10 + c - '0';
                digits++;
                if (octet > 255) {
                    throw noAddress(text);
                }
            } else {
                throw noAddress(text);
            }
        }
        if (dots != 3 || digits == 0) {
            throw noAddress(text);
        }
        return new IpAddress(Family.IPV4, 0, bits << 8 | octet);
    }

    private static IllegalArgumentException noAddress(String text) {
        return new IllegalArgumentException("\"%s\" is no IP address".formatted(text));
    }

    /**
     * This address with all but the first {@code length} bits cleared.
     *
     * @throws IllegalArgumentException if it has not so many
     */
    public IpAddress masked(int length) {
        if (length < 0 || length > family.bits()) {
            throw new IllegalArgumentException("prefix length %d is outside 0..%d".formatted(length, family.bits()));
        }
        return family == Family.IPV4
                ? new IpAddress(family, 0, leading(low, 32 + length))
                : new IpAddress(family, leading(high, length), leading(low, length - 64));
    }

    private static long leading(long word, int length) {
        return length <= 0 ? 0 : length >= 64 ? word : word & (-1L << (64 - length));
    }

    /** The address in {@code bytes}: 4 or 16 of them, network order. */
    public static IpAddress of(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> new IpAddress(Family.IPV4, 0, word(bytes, 0, 4));
            case 16 -> new IpAddress(Family.IPV6, word(bytes, 0, 8), word(bytes, 8, 8));
            default -> throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    /** 4 or 16 bytes, network order. */
    public byte[] bytes() {
        byte[] bytes = new byte[family.bits() / 8];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) (fromEnd >= 8 ? high >>> (fromEnd - 8) * 8 : low >>> fromEnd * 8);
        }
        return bytes;
    }

    /** 16 bytes, network order; an IPv4 address in its v4-mapped form {@code ::ffff:a.b.c.d} (RFC 4291, 2.5.5.2). */
    public byte[] mappedBytes() {
        if (family == Family.IPV6) {
            return bytes();
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(bytes(), 0, mapped, 12, 4);
        return mapped;
    }

    /** The address as the JDK's type. */
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(bytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are always an address", e);
        }
    }

    // equals and hashCode by hand: those of a record are method handles, which cost several times as much until the
    // second compiler has seen them often, and these are keys of hundreds of thousands
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress that && low == that.low && high == that.high && family == that.family;
    }

    @Override
    public int hashCode() {
        return (int) ((high * 31 + low) * 0x9e3779b97f4a7c15L >>> 32) + family.ordinal();
    }

    @Override
    public int compareTo(IpAddress other) {
        int byFamily = family.compareTo(other.family);
        if (byFamily != 0) {
            return byFamily;
        }
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** Dotted IPv4, or IPv6 in the canonical form of RFC 5952. */
    @Override
    public String toString() {
        byte[] bytes = bytes();
        if (family == Family.IPV4) {
            return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + "." + (bytes[3] & 0xff);
        }
        return canonicalIpv6(bytes);
    }

    private static String canonicalIpv6(byte[] bytes) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
        }
        int longestAt = -1;
        int longest = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                longestAt = i;
                longest = end - i;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == longestAt) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    private static long word(byte[] bytes, int from, int count) {
        long word = 0;
        for (int i = from; i < from + count; i++) {
            word = word << 8 | bytes[i] & 0xff;
        }
        return word;
    }
}
