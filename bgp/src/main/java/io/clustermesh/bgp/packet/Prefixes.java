package io.clustermesh.bgp.packet;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Prefixes on the wire: a length in bits, then only the octets that it covers (RFC 4271, 4.3). */
final class Prefixes {

    private Prefixes() {}

    /** Everything left; bits past a prefix's length are ignored, as the RFC says. */
    static List<Cidr> read(Cursor in, Family family) {
        List<Cidr> prefixes = new ArrayList<>();
        while (in.left() > 0) {
            int bits = in.u8();
            if (bits > family.bits()) {
                throw new ProtocolException(
                        UpdateDecoder.INVALID_NETWORK,
                        "prefix length %d is more than %d".formatted(bits, family.bits()));
            }
            byte[] base = Arrays.copyOf(in.take((bits + 7) / 8), family.bits() / 8);
            if (bits % 8 != 0) {
                base[bits / 8] &= (byte) (0xFF << (8 - bits % 8));
            }
            prefixes.add(new Cidr(IpAddress.of(base), bits));
        }
        return prefixes;
    }

    static int size(Cidr prefix) {
        return 1 + (prefix.length() + 7) / 8;
    }

    static void write(ByteBuffer out, Cidr prefix) {
        out.put((byte) prefix.length());
        out.put(prefix.base().bytes(), 0, (prefix.length() + 7) / 8);
    }
}
