package io.clustermesh.model.codec;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import java.util.Base64;
import java.util.Optional;

/**
 * The two forms of a CIDR in Cilium's node JSON: the object {@code {"IP":"10.1.2.0","Mask":"////AA=="}} that every
 * release up to 1.21 writes, and the text {@code "10.1.2.0/24"} that 1.20 reads and 1.22 writes (cilium/cilium#46924).
 * We write the object and read both.
 */
final class CidrJson {

    private CidrJson() {}

    static void writeFields(JsonOut out, Cidr cidr) {
        out.text("IP", cidr.base().toString());
        out.text("Mask", Base64.getEncoder().encodeToString(mask(cidr)));
    }

    /** The CIDR here, empty for null or an empty text. Host bits are dropped, as Go's parser drops them. */
    static Optional<Cidr> read(JsonIn in) {
        if (in.isNull()) {
            return Optional.empty();
        }
        if (in.isText()) {
            return ofText(in.text());
        }
        var parts = new Object() {
            String ip = "";
            String mask = "";
        };
        in.fields(name -> {
            switch (name) {
                case "IP" -> parts.ip = in.text();
                case "Mask" -> parts.mask = in.text();
                default -> in.skip();
            }
        });
        return parts.ip.isEmpty() ? Optional.empty() : Optional.of(ofMask(IpAddress.parse(parts.ip), parts.mask));
    }

    private static Optional<Cidr> ofText(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("\"%s\" is no CIDR, its length is missing".formatted(text));
        }
        try {
            int length = Integer.parseInt(text.substring(slash + 1));
            return Optional.of(Cidr.containing(IpAddress.parse(text.substring(0, slash)), length));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"%s\" is no CIDR, its length is no number".formatted(text), e);
        }
    }

    private static Cidr ofMask(IpAddress ip, String base64) {
        byte[] mask = Base64.getDecoder().decode(base64);
        if (mask.length != ip.family().bits() / 8) {
            throw new IllegalArgumentException("the mask of %s has %d bytes".formatted(ip, mask.length));
        }
        int length = 0;
        while (length < mask.length * 8 && bit(mask, length)) {
            length++;
        }
        for (int rest = length; rest < mask.length * 8; rest++) {
            if (bit(mask, rest)) {
                throw new IllegalArgumentException("the mask %s of %s has a hole".formatted(base64, ip));
            }
        }
        return Cidr.containing(ip, length);
    }

    private static boolean bit(byte[] bytes, int index) {
        return (bytes[index / 8] >> 7 - index % 8 & 1) != 0;
    }

    private static byte[] mask(Cidr cidr) {
        byte[] mask = new byte[cidr.base().family().bits() / 8];
        for (int bit = 0; bit < cidr.length(); bit++) {
            mask[bit / 8] |= (byte) (0x80 >> bit % 8);
        }
        return mask;
    }
}
