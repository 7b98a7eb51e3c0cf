package io.clustermesh.store.kv;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Keys are bytes in etcd and text here. All of ours are UTF-8; anybody with the right to write may put one that is not,
 * and it must come back as it was. So bytes that are no UTF-8 become lone surrogates, U+DC80 to U+DCFF, which no text
 * has (Python calls this {@code surrogateescape}, PEP 383).
 */
public final class KeyText {

    private static final char REPLACEMENT = '\uFFFD';
    private static final int ESCAPE = 0xDC00;

    private KeyText() {}

    /** The text that stands for {@code key}. */
    public static String of(byte[] key) {
        String text = new String(key, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : escaped(key);
    }

    private static String escaped(byte[] key) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(key);
        CharBuffer out = CharBuffer.allocate(key.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                return out.flip().toString();
            }
            for (int i = result.length(); i > 0; i--) {
                out.put((char) (ESCAPE + (in.get() & 0xff)));
            }
        }
    }

    /** The key that {@code text} stands for. */
    public static byte[] bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (byte b : bytes) {
            if (b == '?') {
                // either one of its own, or what Java makes of a lone surrogate
                return unescaped(text);
            }
        }
        return bytes;
    }

    private static byte[] unescaped(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        text.codePoints().forEach(point -> {
            if (point > ESCAPE + 0x7f && point <= ESCAPE + 0xff) {
                out.write(point - ESCAPE);
            } else {
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }
}
