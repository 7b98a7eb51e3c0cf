package io.clustermesh.model.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * One zstd frame (RFC 8878), as Cilium wraps its endpoint slices. A few bytes of zstd can stand for gigabytes, so a
 * frame that announces more than {@link #MAX_BYTES} is refused before anything is allocated, and one that announces
 * nothing is cut off there.
 */
final class ZstdFrame {

    /** The most that a frame may hold, in bytes; as Cilium's readers. */
    static final int MAX_BYTES = 16 << 20;

    /** A window no larger than the content: a decoder allocates it before it has seen a byte. */
    private static final int MAX_WINDOW_LOG = 24;

    private static final int MAGIC_AND_HEADER = 5;

    private ZstdFrame() {}

    static byte[] compress(byte[] content) {
        return Zstd.compress(content);
    }

    /** @throws IllegalArgumentException if it is no frame or holds too much */
    static byte[] decompress(byte[] frame) {
        if (frame.length < MAGIC_AND_HEADER
                || (frame[0] & 0xff) != 0x28
                || (frame[1] & 0xff) != 0xb5
                || (frame[2] & 0xff) != 0x2f
                || (frame[3] & 0xff) != 0xfd) {
            throw new IllegalArgumentException("no zstd frame");
        }
        long announced = Zstd.getFrameContentSize(frame);
        if (announced > MAX_BYTES) {
            throw tooLarge();
        }
        try {
            return announced > 0 ? whole(frame, (int) announced) : bounded(frame);
        } catch (ZstdException | IOException e) {
            throw new IllegalArgumentException("broken zstd frame (%s)".formatted(e.getMessage()), e);
        }
    }

    private static byte[] whole(byte[] frame, int size) {
        byte[] content = Zstd.decompress(frame, size);
        if (content.length != size) {
            throw new IllegalArgumentException(
                    "broken zstd frame (%d bytes announced, %d found)".formatted(size, content.length));
        }
        return content;
    }

    private static byte[] bounded(byte[] frame) throws IOException {
        try (ZstdInputStreamNoFinalizer in = new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(frame))) {
            in.setLongMax(MAX_WINDOW_LOG);
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw tooLarge();
            }
            return content;
        }
    }

    private static IllegalArgumentException tooLarge() {
        return new IllegalArgumentException(
                "the zstd frame holds more than %d bytes, which no endpoint slice needs".formatted(MAX_BYTES));
    }
}
