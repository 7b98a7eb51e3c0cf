package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.h2.Payload;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** How methods declare an answer that is encoded already: the server sends its parts as they are. */
final class WireMessage implements MethodDescriptor.Marshaller<Payload> {

    /** For a server other than ours, one copy. */
    @Override
    public InputStream stream(Payload message) {
        byte[] all = new byte[message.size()];
        int at = 0;
        for (int i = 0; i < message.parts(); i++) {
            byte[] part = message.part(i);
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return new ByteArrayInputStream(all);
    }

    @Override
    public Payload parse(InputStream stream) {
        try (stream) {
            return Payload.of(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("a message in memory can't be read", e);
        }
    }
}
