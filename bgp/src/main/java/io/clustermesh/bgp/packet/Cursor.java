package io.clustermesh.bgp.packet;

import java.util.Arrays;

/** Reads octets from a slice and never past its end. */
final class Cursor {

    /** There were fewer octets than the message claims. */
    static final class Underrun extends RuntimeException {
        private static final long serialVersionUID = 1;

        Underrun(int wanted, int left) {
            super("%d octets expected, %d left".formatted(wanted, left), null, false, false);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    Cursor(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.at = from;
        this.end = from + length;
    }

    int left() {
        return end - at;
    }

    int peek() {
        need(1);
        return bytes[at] & 0xFF;
    }

    int u8() {
        need(1);
        return bytes[at++] & 0xFF;
    }

    int u16() {
        return u8() << 8 | u8();
    }

    long u32() {
        return (long) u16() << 16 | u16();
    }

    byte[] take(int count) {
        need(count);
        at += count;
        return Arrays.copyOfRange(bytes, at - count, at);
    }

    /** The next {@code count} octets as a cursor of their own. */
    Cursor slice(int count) {
        need(count);
        at += count;
        return new Cursor(bytes, at - count, count);
    }

    private void need(int count) {
        if (count > left()) {
            throw new Underrun(count, left());
        }
    }
}
