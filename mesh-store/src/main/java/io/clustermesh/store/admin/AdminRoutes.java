package io.clustermesh.store.admin;

import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests: called on the event loop, renders on a worker, so that a slow view holds up nobody. Errors are
 * problem documents (RFC 9457).
 */
final class AdminRoutes implements Handler<HttpServerRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(AdminRoutes.class);
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    private final Vertx vertx;
    private final Health health;
    private final Metrics metrics;
    private final Map<String, View> views;

    private record Answer(int status, String contentType, byte[] body) {
        static Answer problem(int status, String title, String detail, String instance) {
            Map<String, Object> problem = new LinkedHashMap<>();
            problem.put("type", "about:blank");
            problem.put("title", title);
            problem.put("status", status);
            problem.put("detail", detail);
            problem.put("instance", instance);
            return new Answer(status, PROBLEM, AdminJson.write(problem));
        }
    }

    AdminRoutes(Vertx vertx, Health health, Metrics metrics, Map<String, ? extends View> views) {
        this.vertx = vertx;
        this.health = health;
        this.metrics = metrics;
        this.views = new TreeMap<>(views);
    }

    @Override
    public void handle(HttpServerRequest request) {
        HttpMethod method = request.method();
        String path = String.valueOf(request.path());
        Map<String, String> query = new HashMap<>();
        request.params().forEach((name, value) -> query.putIfAbsent(name, value));
        vertx.executeBlocking(() -> answer(method, path, query), false).onComplete(result -> {
            Answer answer = result.succeeded() ? result.result() : failed(path, result.cause());
            request.response()
                    .setStatusCode(answer.status())
                    .putHeader("Content-Type", answer.contentType())
                    .end(Buffer.buffer(answer.body()));
        });
    }

    private Answer answer(HttpMethod method, String path, Map<String, String> query) {
        if (!method.equals(HttpMethod.GET)) {
            return Answer.problem(405, "Method not allowed", method + " is not served; use GET", path);
        }
        return switch (path) {
            case "/healthz" -> health(health.live());
            case "/readyz" -> health(health.ready());
            case "/metrics" -> new Answer(200, Metrics.CONTENT_TYPE, metrics.prometheusText());
            default -> view(path, query);
        };
    }

    private static Answer health(Health.Report report) {
        return new Answer(report.up() ? 200 : 503, JSON, AdminJson.write(report));
    }

    private Answer view(String path, Map<String, String> query) {
        View view = views.get(path);
        if (view == null) {
            return Answer.problem(
                    404,
                    "Not found",
                    "nothing at %s; there are /healthz, /readyz, /metrics, %s"
                            .formatted(path, String.join(", ", views.keySet())),
                    path);
        }
        try {
            return new Answer(200, JSON, AdminJson.write(view.render(query)));
        } catch (IllegalArgumentException e) {
            return Answer.problem(400, "Bad request", String.valueOf(e.getMessage()), path);
        }
    }

    private static Answer failed(String path, Throwable cause) {
        LOG.atWarn().setCause(cause).addKeyValue("path", path).log("admin view failed");
        return Answer.problem(500, "Internal error", "the view failed: " + cause, path);
    }
}
