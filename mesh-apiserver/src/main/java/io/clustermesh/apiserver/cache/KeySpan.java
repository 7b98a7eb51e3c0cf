package io.clustermesh.apiserver.cache;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * An interval of keys in byte order, {@code [from, to)}, as etcd's {@code key} and {@code range_end} describe it.
 * Immutable; the arrays handed in are not copied and must not change.
 */
public final class KeySpan {

    private static final byte[] OPEN = {0};

    private final byte[] from;
    private final byte[] to;
    private final boolean open;

    private KeySpan(byte[] from, byte[] to, boolean open) {
        this.from = from;
        this.to = to;
        this.open = open;
    }

    /**
     * etcd's rules: no {@code rangeEnd} means the one key, {@code rangeEnd} of a single zero byte means every key from
     * {@code key} on.
     */
    public static KeySpan of(byte[] key, byte[] rangeEnd) {
        if (rangeEnd.length == 0) {
            return new KeySpan(key, Arrays.copyOf(key, key.length + 1), false);
        }
        return Arrays.equals(rangeEnd, OPEN) ? new KeySpan(key, rangeEnd, true) : new KeySpan(key, rangeEnd, false);
    }

    /** Exactly {@code key}. */
    public static KeySpan key(String key) {
        return of(bytes(key), new byte[0]);
    }

    /** Every key that starts with {@code prefix}; the empty prefix is every key. */
    public static KeySpan prefix(String prefix) {
        byte[] from = bytes(prefix);
        for (int i = from.length - 1; i >= 0; i--) {
            if (from[i] != (byte) 0xff) {
                byte[] to = Arrays.copyOf(from, i + 1);
                to[i]++;
                return new KeySpan(from, to, false);
            }
        }
        return new KeySpan(from, OPEN, true);
    }

    /** The first key. */
    byte[] from() {
        return from;
    }

    /** The first key beyond, or nothing if it is open-ended. */
    Optional<byte[]> to() {
        return open ? Optional.empty() : Optional.of(to);
    }

    /** True if no key can lie in it. */
    public boolean isEmpty() {
        return !open && Arrays.compareUnsigned(from, to) >= 0;
    }

    /** True if it holds this entry's key. */
    boolean contains(Entry entry) {
        return entry.compareKey(from) >= 0 && (open || entry.compareKey(to) < 0);
    }

    /** True if every key of {@code other} lies in this one. */
    public boolean covers(KeySpan other) {
        return Arrays.compareUnsigned(from, other.from) <= 0
                && (open || (!other.open && Arrays.compareUnsigned(other.to, to) <= 0));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof KeySpan other
                && open == other.open
                && Arrays.equals(from, other.from)
                && Arrays.equals(to, other.to);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(from) * 31 + Arrays.hashCode(to);
    }

    /** For people: {@code cilium/state/*} for a prefix, the key itself for one key, else both ends. */
    @Override
    public String toString() {
        String start = new String(from, StandardCharsets.UTF_8);
        if (equals(prefix(start))) {
            return start + "*";
        }
        if (equals(of(from, new byte[0]))) {
            return start;
        }
        return "[" + start + ", " + (open ? "" : new String(to, StandardCharsets.UTF_8)) + ")";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
