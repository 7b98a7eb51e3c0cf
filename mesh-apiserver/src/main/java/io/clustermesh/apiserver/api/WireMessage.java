package io.clustermesh.apiserver.api;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * An answer that writes itself, so that bytes encoded once go to any number of clients without a message object for
 * each.
 */
interface WireMessage {

    /** Bytes that {@link #writeTo} writes. */
    int size();

    void writeTo(OutputStream out) throws IOException;

    /** A message that is encoded already. */
    static WireMessage of(byte[] encoded) {
        return new WireMessage() {
            @Override
            public int size() {
                return encoded.length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(encoded);
            }
        };
    }

    /** How gRPC takes it: it asks the stream for its length and then lets it drain itself into network buffers. */
    final class Marshaller implements MethodDescriptor.Marshaller<WireMessage> {
        @Override
        public InputStream stream(WireMessage message) {
            return new Stream(message);
        }

        @Override
        public WireMessage parse(InputStream stream) {
            try (stream) {
                return of(stream.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException("a message in memory can't be read", e);
            }
        }
    }

    /** The stream of one message. */
    final class Stream extends InputStream implements KnownLength, Drainable {
        private final WireMessage message;
        private @Nullable InputStream copy;
        private boolean drained;

        Stream(WireMessage message) {
            this.message = message;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            message.writeTo(target);
            drained = true;
            return message.size();
        }

        @Override
        public int available() throws IOException {
            if (copy != null) {
                return copy.available();
            }
            return drained ? 0 : message.size();
        }

        @Override
        public int read() throws IOException {
            return copy().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return copy().read(target, offset, length);
        }

        private InputStream copy() throws IOException {
            InputStream in = copy;
            if (in == null) {
                ByteArrayOutputStream all = new ByteArrayOutputStream(message.size());
                message.writeTo(all);
                in = new ByteArrayInputStream(all.toByteArray());
                copy = in;
            }
            return in;
        }
    }
}
