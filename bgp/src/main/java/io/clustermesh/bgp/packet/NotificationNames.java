package io.clustermesh.bgp.packet;

import java.util.Map;

/** The words for NOTIFICATION codes (RFC 4271 section 4.5, RFC 4486, RFC 6608). */
final class NotificationNames {

    private static final Map<Integer, String> CODES = Map.of(
            1, "message header error",
            2, "OPEN error",
            3, "UPDATE error",
            4, "hold timer expired",
            5, "finite state machine error",
            6, "cease");

    private static final Map<Integer, String> SUBCODES = Map.ofEntries(
            Map.entry(0x101, "connection not synchronized"),
            Map.entry(0x102, "bad message length"),
            Map.entry(0x103, "bad message type"),
            Map.entry(0x201, "unsupported version"),
            Map.entry(0x202, "bad peer AS"),
            Map.entry(0x203, "bad BGP identifier"),
            Map.entry(0x204, "unsupported optional parameter"),
            Map.entry(0x206, "unacceptable hold time"),
            Map.entry(0x207, "unsupported capability"),
            Map.entry(0x301, "malformed attribute list"),
            Map.entry(0x302, "unrecognized well-known attribute"),
            Map.entry(0x303, "missing well-known attribute"),
            Map.entry(0x304, "attribute flags error"),
            Map.entry(0x305, "attribute length error"),
            Map.entry(0x306, "invalid ORIGIN"),
            Map.entry(0x308, "invalid NEXT_HOP"),
            Map.entry(0x309, "optional attribute error"),
            Map.entry(0x30a, "invalid network field"),
            Map.entry(0x30b, "malformed AS_PATH"),
            Map.entry(0x501, "unexpected message in OpenSent"),
            Map.entry(0x502, "unexpected message in OpenConfirm"),
            Map.entry(0x503, "unexpected message in Established"),
            Map.entry(0x601, "maximum number of prefixes reached"),
            Map.entry(0x602, "administrative shutdown"),
            Map.entry(0x603, "peer de-configured"),
            Map.entry(0x604, "administrative reset"),
            Map.entry(0x605, "connection rejected"),
            Map.entry(0x606, "other configuration change"),
            Map.entry(0x607, "connection collision resolution"),
            Map.entry(0x608, "out of resources"));

    private NotificationNames() {}

    static String describe(int code, int subcode) {
        String name = CODES.getOrDefault(code, "unknown error");
        String detail = SUBCODES.get(code << 8 | subcode);
        return "%s%s (%d/%d)".formatted(name, detail == null ? "" : ": " + detail, code, subcode);
    }
}
