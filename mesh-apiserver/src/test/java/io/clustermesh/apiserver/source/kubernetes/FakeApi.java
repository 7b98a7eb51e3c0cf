package io.clustermesh.apiserver.source.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.clustermesh.store.runtime.Worker;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An API server that says what a test tells it to about pods, and has nothing else: for what a real one does once a year.
 * Lists and watches of pods take the next answer of their queue; without one, a list is empty and a watch silent.
 */
final class FakeApi implements AutoCloseable {

    /** What it answers. */
    sealed interface Answer {
        /** A status and a body. */
        record Whole(int code, String body) implements Answer {}

        /** Lines of a watch, in pieces as they are, which then ends. */
        record Ends(List<String> pieces) implements Answer {}

        /** The same, but the connection stays. */
        record Stays(List<String> pieces) implements Answer {}
    }

    private final BlockingQueue<Answer> lists = new LinkedBlockingQueue<>();
    private final BlockingQueue<Answer> watches = new LinkedBlockingQueue<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Worker.executor("fake-api");
    private final BlockingQueue<Boolean> never = new LinkedBlockingQueue<>();
    private final HttpServer server;

    FakeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    KubernetesConnection connection() {
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        return new KubernetesConnection(new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl(url)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build());
    }

    void list(int code, String body) {
        lists.add(new Answer.Whole(code, body));
    }

    void pods(String version, String next, String... pods) {
        list(
                200,
                "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"%s\",\"continue\":\"%s\"},\"items\":[%s]}"
                        .formatted(version, next, String.join(",", pods)));
    }

    void watch(Answer answer) {
        watches.add(answer);
    }

    /** Queries about pods, in order. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    static String pod(String name, String ip) {
        return "{\"metadata\":{\"name\":\"%s\",\"namespace\":\"shop\",\"resourceVersion\":\"7\"},\"status\":{\"podIP\":\"%s\"}}"
                .formatted(name, ip);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            boolean watch = query.contains("watch=1");
            if (!path.equals("/api/v1/pods")) {
                if (path.equals("/apis/multicluster.x-k8s.io")) {
                    answer(exchange, new Answer.Whole(404, "{\"kind\":\"Status\",\"message\":\"no\"}"));
                } else {
                    answer(exchange, watch ? new Answer.Stays(List.of()) : new Answer.Whole(200, EMPTY));
                }
                return;
            }
            asked.add(query);
            Answer next = (watch ? watches : lists).poll();
            if (next == null) {
                next = watch ? new Answer.Stays(List.of()) : new Answer.Whole(200, EMPTY);
            }
            answer(exchange, next);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final String EMPTY = "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}";

    private void answer(HttpExchange exchange, Answer answer) throws IOException, InterruptedException {
        switch (answer) {
            case Answer.Whole(int code, String body) -> {
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(code, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
            case Answer.Ends(List<String> pieces) -> write(exchange, pieces);
            case Answer.Stays(List<String> pieces) -> {
                write(exchange, pieces);
                never.take();
            }
        }
    }

    private static void write(HttpExchange exchange, List<String> pieces) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream body = exchange.getResponseBody();
        body.flush();
        for (String piece : pieces) {
            body.write(piece.getBytes(StandardCharsets.UTF_8));
            body.flush();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
