package io.clustermesh.bgp.netlink;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Requests to and answers from the kernel as octets (linux/netlink.h, linux/rtnetlink.h). Pure. */
final class RouteMessages {

    /** {@code RTPROT_BGP}: who made the route. */
    static final int PROTOCOL_BGP = 186;

    /** Of our routes; worse than a route that a person adds without one. */
    static final int METRIC = 186;

    static final int NEW_ROUTE = 24;
    static final int DELETE_ROUTE = 25;
    private static final int GET_ROUTE = 26;
    private static final int ERROR = 2;
    private static final int DONE = 3;

    private static final int REQUEST = 1;
    private static final int ACK = 4;
    private static final int DUMP_INTERRUPTED = 0x10;
    private static final int ACK_CAPPED = 0x100;
    private static final int ACK_ATTRIBUTES = 0x200;
    private static final int REPLACE = 0x100;
    private static final int CREATE = 0x400;
    private static final int DUMP = 0x300;

    private static final int HEADER = 16;
    private static final int RTMSG = 12;
    private static final int TABLE_MAIN = 254;
    private static final int SCOPE_UNIVERSE = 0;
    private static final int SCOPE_NOWHERE = 255;
    private static final int TYPE_UNICAST = 1;
    private static final int DESTINATION = 1;
    private static final int GATEWAY = 5;
    private static final int PRIORITY = 6;
    private static final int ERROR_TEXT = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /** One answer. */
    sealed interface Answer {
        /** The end of a request: 0 or an error number, and the kernel's words. */
        record Result(int sequence, int errno, String text) implements Answer {}

        /** One of our routes. */
        record Found(int sequence, KernelRoute route) implements Answer {}

        /** The tables changed during a listing, which must be repeated. */
        record Interrupted(int sequence) implements Answer {}
    }

    private RouteMessages() {}

    static byte[] replace(int sequence, KernelRoute route) {
        return change(
                NEW_ROUTE, REQUEST | ACK | CREATE | REPLACE, sequence, route.prefix(), Optional.of(route.gateway()));
    }

    static byte[] delete(int sequence, Cidr prefix) {
        return change(DELETE_ROUTE, REQUEST | ACK, sequence, prefix, Optional.empty());
    }

    static byte[] list(int sequence, Family family) {
        ByteBuffer out = header(HEADER + RTMSG, GET_ROUTE, REQUEST | DUMP, sequence);
        out.put((byte) af(family));
        return out.array();
    }

    private static byte[] change(int type, int flags, int sequence, Cidr prefix, Optional<IpAddress> gateway) {
        int octets = prefix.base().family().bits() / 8;
        int size = HEADER + RTMSG + (4 + octets) + (gateway.isPresent() ? 4 + octets : 0) + 8;
        ByteBuffer out = header(size, type, flags, sequence);
        out.put((byte) af(prefix.base().family()))
                .put((byte) prefix.length())
                .put((byte) 0)
                .put((byte) 0)
                .put((byte) TABLE_MAIN)
                .put((byte) PROTOCOL_BGP)
                .put((byte) (type == DELETE_ROUTE ? SCOPE_NOWHERE : SCOPE_UNIVERSE))
                .put((byte) TYPE_UNICAST)
                .putInt(0);
        attribute(out, DESTINATION, prefix.base().bytes());
        gateway.ifPresent(address -> attribute(out, GATEWAY, address.bytes()));
        out.putShort((short) 8).putShort((short) PRIORITY).putInt(METRIC);
        return out.array();
    }

    private static ByteBuffer header(int size, int type, int flags, int sequence) {
        return ByteBuffer.allocate(size)
                .order(ByteOrder.nativeOrder())
                .putInt(size)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(sequence)
                .putInt(0);
    }

    private static void attribute(ByteBuffer out, int type, byte[] value) {
        out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    }

    private static int af(Family family) {
        return family == Family.IPV4 ? AF_INET : AF_INET6;
    }

    /** The answers in one datagram; messages that don't concern us are left out. */
    static List<Answer> answers(byte[] datagram, int length) {
        List<Answer> answers = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(datagram, 0, length).order(ByteOrder.nativeOrder());
        while (in.remaining() >= HEADER) {
            int start = in.position();
            int size = in.getInt();
            if (size < HEADER || size > length - start) {
                break;
            }
            int type = in.getShort();
            int flags = in.getShort();
            int sequence = in.getInt();
            ByteBuffer body = in.slice(start + HEADER, size - HEADER).order(ByteOrder.nativeOrder());
            if ((flags & DUMP_INTERRUPTED) != 0 && (type == DONE || type == NEW_ROUTE)) {
                answers.add(new Answer.Interrupted(sequence));
            }
            if (type == DONE) {
                answers.add(new Answer.Result(sequence, 0, ""));
            } else if (type == ERROR && body.remaining() >= 4 + HEADER) {
                int errno = -body.getInt();
                answers.add(new Answer.Result(sequence, errno, text(body, flags)));
            } else if (type == NEW_ROUTE && body.remaining() >= RTMSG) {
                route(body).ifPresent(r -> answers.add(new Answer.Found(sequence, r)));
            }
            // messages are aligned to 4 octets
            in.position(Math.min(length, start + (size + 3 & ~3)));
        }
        return answers;
    }

    /** The kernel's words stand in an attribute behind the request that it repeats. */
    private static String text(ByteBuffer body, int flags) {
        if ((flags & ACK_ATTRIBUTES) == 0) {
            return "";
        }
        int repeated = (flags & ACK_CAPPED) != 0 ? HEADER : body.getInt(body.position()) + 3 & ~3;
        if (repeated > body.remaining()) {
            return "";
        }
        body.position(body.position() + repeated);
        while (body.remaining() >= 4) {
            int start = body.position();
            int size = body.getShort() & 0xFFFF;
            int type = body.getShort() & 0x3FFF;
            if (size < 4 || size - 4 > body.remaining()) {
                return "";
            }
            byte[] value = new byte[size - 4];
            body.get(value);
            if (type == ERROR_TEXT) {
                return new String(value, StandardCharsets.UTF_8).replace("\0", "");
            }
            body.position(Math.min(body.limit(), start + (size + 3 & ~3)));
        }
        return "";
    }

    /** Nothing unless it is one of ours: main table, protocol 186, our metric, one gateway. */
    private static Optional<KernelRoute> route(ByteBuffer body) {
        int family = body.get();
        int bits = body.get() & 0xFF;
        body.getShort();
        int table = body.get() & 0xFF;
        int protocol = body.get() & 0xFF;
        body.getShort();
        body.getInt();
        if (table != TABLE_MAIN || protocol != PROTOCOL_BGP || (family != AF_INET && family != AF_INET6)) {
            return Optional.empty();
        }
        byte[] base = new byte[family == AF_INET ? 4 : 16];
        Optional<IpAddress> gateway = Optional.empty();
        int metric = 0;
        while (body.remaining() >= 4) {
            int start = body.position();
            int size = body.getShort() & 0xFFFF;
            int type = body.getShort() & 0x3FFF;
            if (size < 4 || size - 4 > body.remaining()) {
                break;
            }
            if (type == DESTINATION && size - 4 == base.length) {
                body.get(base);
            } else if (type == GATEWAY && size - 4 == base.length) {
                byte[] address = new byte[base.length];
                body.get(address);
                gateway = Optional.of(IpAddress.of(address));
            } else if (type == PRIORITY && size - 4 == 4) {
                metric = body.getInt();
            }
            body.position(Math.min(body.limit(), start + (size + 3 & ~3)));
        }
        if (metric != METRIC) {
            return Optional.empty();
        }
        return gateway.map(g -> new KernelRoute(new Cidr(IpAddress.of(base), bits), g));
    }
}
