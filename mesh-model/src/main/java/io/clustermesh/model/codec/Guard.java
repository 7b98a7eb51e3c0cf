package io.clustermesh.model.codec;

import io.clustermesh.model.Decoded;
import java.util.function.Function;

/** Where decoding ends, whatever the bytes: a value or a short, printable reason. */
final class Guard {

    /** The longest value that is looked at; etcd itself refuses requests above 1.5 MiB unless told otherwise. */
    static final int MAX_BYTES = 2 << 20;

    private static final int MAX_REASON = 300;

    private Guard() {}

    /**
     * Decodes {@code bytes}; whatever is wrong with them becomes the reason.
     *
     * @param what the object's kind, for the reason
     * @param reader refuses with an {@link IllegalArgumentException}
     */
    static <T> Decoded<T> decode(String what, byte[] bytes, Function<byte[], T> reader) {
        if (bytes.length > MAX_BYTES) {
            return malformed(what, "%d bytes, at most %d are read".formatted(bytes.length, MAX_BYTES));
        }
        try {
            return new Decoded.Value<>(reader.apply(bytes));
        } catch (IllegalArgumentException | IllegalStateException e) {
            return malformed(what, String.valueOf(e.getMessage()));
        }
    }

    private static <T> Decoded<T> malformed(String what, String reason) {
        String text = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) + "..." : reason;
        StringBuilder printable = new StringBuilder(what).append(": ");
        text.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(printable::appendCodePoint);
        return new Decoded.Malformed<>(printable.toString());
    }
}
