package io.clustermesh.apiserver.source.kubernetes;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of one answer, read by one thread that waits for it. The next piece is asked for when the last one is used up,
 * so a slow reader holds the API server back and nothing piles up here. Reading fails once nothing has come for the
 * silence that it was given: a connection that died without a word is noticed.
 */
final class ResponseStream extends InputStream {

    private sealed interface Part {
        record Data(List<ByteBuffer> chunks) implements Part {}

        record End(Optional<Throwable> cause) implements Part {}
    }

    private final Duration silence;
    /** At most the piece that was asked for, and the end. */
    private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();

    private final Deque<ByteBuffer> current = new ArrayDeque<>();
    private @Nullable AsyncBody body;
    private boolean ended;

    /** @param silence how long nothing may come */
    ResponseStream(Duration silence) {
        this.silence = silence;
    }

    /** The HTTP client's thread brings the piece that was asked for. */
    void take(List<ByteBuffer> chunks) {
        parts.add(new Part.Data(chunks));
    }

    /** The headers have come; from here on the reader asks. */
    void attach(AsyncBody answer) {
        body = answer;
        var _ = answer.done().whenComplete((done, cause) -> parts.add(new Part.End(Optional.ofNullable(cause))));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
        while (!ended) {
            ByteBuffer chunk = current.peek();
            if (chunk == null) {
                fetch();
            } else if (!chunk.hasRemaining()) {
                current.remove();
            } else {
                int count = Math.min(most, chunk.remaining());
                chunk.get(into, from, count);
                return count;
            }
        }
        return -1;
    }

    private void fetch() throws IOException {
        AsyncBody source = body;
        if (source == null) {
            throw new IOException("no answer has come");
        }
        source.consume();
        Part part;
        try {
            part = parts.poll(silence.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("told to stop");
        }
        if (part == null) {
            throw new SocketTimeoutException("the API server was silent for " + silence);
        }
        switch (part) {
            case Part.Data(List<ByteBuffer> chunks) -> current.addAll(chunks);
            case Part.End(Optional<Throwable> cause) -> {
                ended = true;
                if (cause.isPresent()) {
                    throw new IOException("the connection broke: " + cause.get().getMessage(), cause.get());
                }
            }
        }
    }

    /** Lets go of the connection; what has not come is not wanted any more. */
    @Override
    public void close() {
        ended = true;
        AsyncBody source = body;
        if (source != null) {
            source.cancel();
        }
    }
}
