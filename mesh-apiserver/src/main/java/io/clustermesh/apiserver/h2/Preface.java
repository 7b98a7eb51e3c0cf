package io.clustermesh.apiserver.h2;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** The first bytes of a client that speaks HTTP/2 (RFC 9113, section 3.4). Belongs to one connection. */
final class Preface {

    private static final byte[] TEXT = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private int at;

    /** What has come so far. */
    enum State {
        INCOMPLETE,
        COMPLETE,
        WRONG
    }

    /** Takes what belongs to the preface from {@code in}. */
    State read(ByteBuf in) {
        while (at < TEXT.length && in.isReadable()) {
            if (in.readByte() != TEXT[at++]) {
                return State.WRONG;
            }
        }
        return at < TEXT.length ? State.INCOMPLETE : State.COMPLETE;
    }
}
