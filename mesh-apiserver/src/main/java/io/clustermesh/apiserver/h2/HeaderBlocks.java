package io.clustermesh.apiserver.h2;

import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The three header blocks that a gRPC server sends, in HPACK (RFC 7541) without the dynamic table: there is nothing to
 * gain from it for a few short headers, and without it no block depends on another.
 */
final class HeaderBlocks {

    /** {@code :status: 200} of the static table. */
    private static final int STATUS_200 = 0x88;

    /** A literal that is not indexed, its name from the static table at 31, {@code content-type}. */
    private static final byte[] CONTENT_TYPE = {0x0f, 0x10};

    /** A literal that is not indexed, its name spelled out. */
    private static final int LITERAL = 0x00;

    /** The dynamic table has no room: said once, at the start of a connection's first block (section 4.2). */
    private static final int NO_DYNAMIC_TABLE = 0x20;

    private static final int MESSAGE_BYTES = 4096;
    private static final byte[] HEAD = head();

    private HeaderBlocks() {}

    /** Before the first message. */
    static byte[] responseHead(boolean first) {
        return first ? prefixed(HEAD) : HEAD;
    }

    /** After the last message, or with {@code alone} instead of any. */
    static byte[] trailers(Status status, boolean alone, boolean first) {
        ByteArrayOutputStream block = new ByteArrayOutputStream(64);
        if (first) {
            block.write(NO_DYNAMIC_TABLE);
        }
        if (alone) {
            block.writeBytes(HEAD);
        }
        literal(block, "grpc-status", String.valueOf(status.getCode().value()));
        String description = status.getDescription();
        if (description != null) {
            literal(block, "grpc-message", percentEncoded(description));
        }
        return block.toByteArray();
    }

    /** For a request that is not gRPC. */
    static byte[] httpStatus(int status, boolean first) {
        ByteArrayOutputStream block = new ByteArrayOutputStream(16);
        if (first) {
            block.write(NO_DYNAMIC_TABLE);
        }
        block.write(0x08); // a literal that is not indexed, its name at 8, ":status"
        string(block, String.valueOf(status).getBytes(StandardCharsets.US_ASCII));
        return block.toByteArray();
    }

    private static byte[] head() {
        ByteArrayOutputStream block = new ByteArrayOutputStream(32);
        block.write(STATUS_200);
        block.writeBytes(CONTENT_TYPE);
        string(block, "application/grpc".getBytes(StandardCharsets.US_ASCII));
        return block.toByteArray();
    }

    private static byte[] prefixed(byte[] block) {
        byte[] all = new byte[block.length + 1];
        all[0] = NO_DYNAMIC_TABLE;
        System.arraycopy(block, 0, all, 1, block.length);
        return all;
    }

    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(LITERAL);
        string(block, name.getBytes(StandardCharsets.US_ASCII));
        string(block, value.getBytes(StandardCharsets.US_ASCII));
    }

    /** Length as an integer with a seven-bit prefix (section 5.1), then the bytes, not Huffman coded. */
    private static void string(ByteArrayOutputStream block, byte[] text) {
        if (text.length < 127) {
            block.write(text.length);
        } else {
            block.write(127);
            int rest = text.length - 127;
            while (rest >= 128) {
                block.write((rest & 0x7f) | 0x80);
                rest >>>= 7;
            }
            block.write(rest);
        }
        block.writeBytes(text);
    }

    /** As gRPC wants {@code grpc-message}: UTF-8, and {@code %XX} for all but printable ASCII. */
    static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (encoded.length() >= MESSAGE_BYTES) {
                break;
            }
            if (b >= 0x20 && b <= 0x7e && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(b >> 4 & 0xf, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 0xf, 16)));
            }
        }
        return encoded.toString();
    }
}
