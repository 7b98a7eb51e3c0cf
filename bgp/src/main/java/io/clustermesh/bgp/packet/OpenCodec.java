package io.clustermesh.bgp.packet;

import io.clustermesh.bgp.packet.Capability.FourOctetAs;
import io.clustermesh.bgp.packet.Capability.GracefulRestart;
import io.clustermesh.bgp.packet.Capability.MultiProtocol;
import io.clustermesh.bgp.packet.Capability.Unknown;
import io.clustermesh.bgp.packet.Message.Notification;
import io.clustermesh.bgp.packet.Message.Open;
import io.clustermesh.model.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** OPEN (RFC 4271, 4.2; its long form RFC 9072) with capabilities (RFC 5492). */
final class OpenCodec {

    private static final int VERSION = 4;
    private static final int CAPABILITIES = 2;
    private static final int EXTENDED = 255;
    private static final int MULTI_PROTOCOL = 1;
    private static final int GRACEFUL_RESTART = 64;
    private static final int FOUR_OCTET_AS = 65;

    private static final Notification UNSPECIFIC = new Notification(2, 0);
    private static final Notification BAD_AS = new Notification(2, 2);

    private OpenCodec() {}

    static Open decode(Cursor in) {
        try {
            int version = in.u8();
            if (version != VERSION) {
                throw new ProtocolException(
                        new Notification(2, 1, Octets.of((byte) 0, (byte) VERSION)), "version %d".formatted(version));
            }
            long asn = in.u16();
            int hold = in.u16();
            if (hold == 1 || hold == 2) {
                throw new ProtocolException(new Notification(2, 6), "hold time %d s".formatted(hold));
            }
            IpAddress id = IpAddress.of(in.take(4));
            if (id.low() == 0) {
                throw new ProtocolException(new Notification(2, 3), "BGP identifier 0.0.0.0");
            }
            List<Capability> capabilities = parameters(in);
            for (Capability capability : capabilities) {
                if (capability instanceof FourOctetAs four) {
                    asn = four.asn().value();
                }
            }
            if (asn == 0) {
                throw new ProtocolException(BAD_AS, "AS 0");
            }
            return new Open(new Asn(asn), hold, new RouterId(id), capabilities);
        } catch (Cursor.Underrun e) {
            throw new ProtocolException(UNSPECIFIC, "OPEN is cut short: " + e.getMessage());
        }
    }

    private static List<Capability> parameters(Cursor in) {
        List<Capability> capabilities = new ArrayList<>();
        int length = in.u8();
        // the type of the first parameter tells the long form from a short one of 255 octets
        boolean extended = length == EXTENDED && in.left() > 0 && in.peek() == EXTENDED;
        if (extended) {
            in.u8();
            length = in.u16();
        }
        if (in.left() != length) {
            throw new ProtocolException(UNSPECIFIC, "%d octets of parameters, %d said".formatted(in.left(), length));
        }
        while (in.left() > 0) {
            int type = in.u8();
            Cursor value = in.slice(extended ? in.u16() : in.u8());
            if (type != CAPABILITIES) {
                throw new ProtocolException(new Notification(2, 4), "optional parameter %d".formatted(type));
            }
            while (value.left() > 0) {
                int code = value.u8();
                capabilities.add(capability(code, value.slice(value.u8())));
            }
        }
        return capabilities;
    }

    private static Capability capability(int code, Cursor value) {
        int length = value.left();
        if (code == MULTI_PROTOCOL && length == 4) {
            int afi = value.u16();
            value.u8();
            return new MultiProtocol(afi, value.u8());
        }
        if (code == FOUR_OCTET_AS) {
            if (length != 4) {
                throw new ProtocolException(UNSPECIFIC, "four-octet AS capability of %d octets".formatted(length));
            }
            long asn = value.u32();
            if (asn == 0) {
                throw new ProtocolException(BAD_AS, "AS 0 in the four-octet AS capability");
            }
            return new FourOctetAs(new Asn(asn));
        }
        Octets octets = Octets.of(value.take(length));
        return code == GRACEFUL_RESTART ? new GracefulRestart(octets) : new Unknown(code, octets);
    }

    static byte[] encode(Open open) {
        ByteArrayOutputStream capabilities = new ByteArrayOutputStream();
        for (Capability capability : open.capabilities()) {
            switch (capability) {
                case MultiProtocol(int afi, int safi) ->
                    write(capabilities, MULTI_PROTOCOL, new byte[] {(byte) (afi >> 8), (byte) afi, 0, (byte) safi});
                case FourOctetAs(Asn asn) ->
                    write(
                            capabilities,
                            FOUR_OCTET_AS,
                            ByteBuffer.allocate(4).putInt((int) asn.value()).array());
                case GracefulRestart(Octets value) -> write(capabilities, GRACEFUL_RESTART, value.bytes());
                case Unknown(int code, Octets value) -> write(capabilities, code, value.bytes());
            }
        }
        int size = capabilities.size();
        if (size > 252) {
            throw new IllegalArgumentException("%d octets of capabilities don't fit into an OPEN".formatted(size));
        }
        ByteBuffer out = ByteBuffer.allocate(10 + (size == 0 ? 0 : 2 + size));
        out.put((byte) VERSION);
        out.putShort((short) (open.asn().fitsTwoOctets() ? open.asn() : Asn.TRANS).value());
        out.putShort((short) open.holdSeconds());
        out.put(open.routerId().address().bytes());
        if (size == 0) {
            return out.put((byte) 0).array();
        }
        return out.put((byte) (2 + size))
                .put((byte) CAPABILITIES)
                .put((byte) size)
                .put(capabilities.toByteArray())
                .array();
    }

    private static void write(ByteArrayOutputStream out, int code, byte[] value) {
        out.write(code);
        out.write(value.length);
        out.writeBytes(value);
    }
}
