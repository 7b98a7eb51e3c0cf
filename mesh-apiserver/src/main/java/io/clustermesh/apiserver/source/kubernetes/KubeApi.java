package io.clustermesh.apiserver.source.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Plain reads of the Kubernetes API over fabric8's connection, which brings address, TLS and token. Thread-safe; calls
 * block until the headers of the answer are there.
 */
final class KubeApi {

    /** How long the headers may take. A watch that asks for a state from the future waits 3 s in the API server. */
    private static final Duration HEADERS = Duration.ofSeconds(30);

    /** Of an answer that is no success, at most so many bytes are read. */
    private static final int STATUS_BYTES = 64 << 10;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What the API server said. */
    sealed interface Answer {

        /** Success; the caller closes the body. */
        record Body(ResponseStream stream) implements Answer {}

        /** 401 or 403, with the API server's own words. */
        record Denied(String message) implements Answer {}

        /** 404: there is no such resource. */
        record NotFound() implements Answer {}

        /** 410: the version or page that was asked for is forgotten. */
        record Gone() implements Answer {}

        /**
         * Anything else.
         *
         * @param code 0 if no answer came
         */
        record Failed(int code, String message) implements Answer {}
    }

    private final HttpClient http;
    private final String base;

    KubeApi(KubernetesClient client) {
        http = client.getHttpClient();
        String url = client.getMasterUrl().toString();
        base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** Where the API server is. */
    String url() {
        return base;
    }

    /**
     * Asks for {@code path}.
     *
     * @param path with its query
     * @param silence how long the body may pause
     */
    Answer get(String path, Duration silence) throws InterruptedException {
        ResponseStream stream = new ResponseStream(silence);
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(base + path)
                .header("Accept", "application/json")
                .forStreaming()
                .build();
        CompletableFuture<HttpResponse<AsyncBody>> asked =
                http.consumeBytes(request, (chunks, body) -> stream.take(chunks));
        HttpResponse<AsyncBody> response;
        try {
            response = asked.get(HEADERS.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Answer.Failed(0, "%s can't be reached: %s".formatted(base, cause));
        } catch (TimeoutException e) {
            abandon(asked);
            return new Answer.Failed(0, "%s gave no answer within %d s".formatted(base, HEADERS.toSeconds()));
        } catch (InterruptedException e) {
            abandon(asked);
            throw e;
        }
        stream.attach(response.body());
        if (response.code() == 200) {
            return new Answer.Body(stream);
        }
        String message = message(stream);
        return switch (response.code()) {
            case 401, 403 -> new Answer.Denied(message);
            case 404 -> new Answer.NotFound();
            case 410 -> new Answer.Gone();
            default -> new Answer.Failed(response.code(), "HTTP %d: %s".formatted(response.code(), message));
        };
    }

    /** An answer that comes later is not wanted. */
    private static void abandon(CompletableFuture<HttpResponse<AsyncBody>> asked) {
        var _ = asked.thenAccept(late -> late.body().cancel());
        asked.cancel(true);
    }

    /** What a Status object says, or the text as it is. */
    private static String message(ResponseStream stream) {
        try (stream) {
            String text = new String(stream.readNBytes(STATUS_BYTES), StandardCharsets.UTF_8);
            try {
                return MAPPER.readTree(text).path("message").asText(text);
            } catch (JsonProcessingException e) {
                return text.strip();
            }
        } catch (IOException e) {
            return "no reason given (%s)".formatted(e.getMessage());
        }
    }
}
