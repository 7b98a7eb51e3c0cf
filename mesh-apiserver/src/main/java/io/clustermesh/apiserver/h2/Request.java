package io.clustermesh.apiserver.h2;

import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request's head, judged as gRPC over HTTP/2 prescribes.
 *
 * @param path {@code /service/method}
 * @param metadata what is neither HTTP/2's nor gRPC's own
 * @param timeout how long the client will wait
 * @param fault what is wrong with it
 */
record Request(String path, Metadata metadata, Optional<Duration> timeout, Fault fault) {

    /** What may be wrong. */
    sealed interface Fault {
        record None() implements Fault {}

        /** Told in trailers. */
        record Grpc(Status status) implements Fault {}

        /** Not gRPC, so told in HTTP's way. */
        record Http(int status) implements Fault {}
    }

    static Request of(Http2Headers head) {
        @Nullable CharSequence timeout = head.get("grpc-timeout");
        Optional<Duration> limit = timeout == null ? Optional.empty() : GrpcTimeout.parse(timeout);
        return new Request(
                String.valueOf(head.path()), metadata(head), limit, fault(head, timeout != null && limit.isEmpty()));
    }

    private static Fault fault(Http2Headers head, boolean badTimeout) {
        if (head.path() == null || !"POST".contentEquals(String.valueOf(head.method()))) {
            return new Fault.Http(405);
        }
        if (!String.valueOf(head.get("content-type")).startsWith("application/grpc")) {
            return new Fault.Http(415);
        }
        @Nullable CharSequence encoding = head.get("grpc-encoding");
        if (encoding != null && !"identity".contentEquals(encoding)) {
            return new Fault.Grpc(Status.UNIMPLEMENTED.withDescription(
                    "grpc-encoding %s is not supported; send the request uncompressed".formatted(encoding)));
        }
        if (badTimeout) {
            return new Fault.Grpc(Status.INTERNAL.withDescription(
                    "grpc-timeout %s is malformed; it is up to eight digits and one of H M S m u n"
                            .formatted(head.get("grpc-timeout"))));
        }
        return new Fault.None();
    }

    private static Metadata metadata(Http2Headers head) {
        Metadata metadata = new Metadata();
        for (Map.Entry<CharSequence, CharSequence> header : head) {
            String name = header.getKey().toString();
            if (name.startsWith(":") || name.startsWith("grpc-") || name.endsWith("-bin") || name.equals("te")) {
                continue;
            }
            metadata.put(
                    Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER),
                    header.getValue().toString());
        }
        return metadata;
    }
}
