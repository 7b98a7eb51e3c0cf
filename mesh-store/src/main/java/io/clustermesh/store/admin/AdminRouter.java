package io.clustermesh.store.admin;

import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From requests to views. Called on the event loop; renders on a worker, so that a slow view holds up nobody. Whatever
 * goes wrong goes through {@link #problem}.
 */
final class AdminRouter {

    /** Where events are followed. */
    static final String STREAM = "/v1/events/stream";

    /** Where the OpenAPI document is. */
    static final String DOCUMENT = "/openapi.yaml";

    private static final Logger LOG = LoggerFactory.getLogger(AdminRouter.class);
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";
    private static final String YAML = "application/yaml";

    private final Vertx vertx;
    private final AdminApi api;
    private final EventStreams streams;

    private record Answer(int status, String contentType, byte[] body) {}

    AdminRouter(Vertx vertx, AdminApi api) {
        this.vertx = vertx;
        this.api = api;
        this.streams = new EventStreams(vertx);
    }

    /** Everything, for those whom {@code access} lets in; on a unix socket the file's mode has decided that. */
    Router everything(Optional<AdminTls.Access> access) {
        Router router = Router.router(vertx);
        access.ifPresent(rule -> router.route().handler(admission(rule)));
        health(router);
        get(router, "/healthz", () -> report(api.health().live()));
        get(
                router,
                "/metrics",
                () -> new Answer(200, Metrics.CONTENT_TYPE, api.metrics().prometheusText()));
        api.document()
                .ifPresent(text -> get(
                        router,
                        DOCUMENT,
                        () -> new Answer(200, YAML, text.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        api.events().ifPresent(feed -> {
            router.get(STREAM).handler(context -> streams.open(context, feed));
            router.get("/v1/events").handler(context -> streams.openIfWanted(context, feed));
        });
        for (Route route : api.routes()) {
            router.route(HttpMethod.valueOf(route.method()), route.pattern()).handler(context -> view(context, route));
        }
        errors(router);
        return router;
    }

    /** What anybody may know. */
    Router healthOnly() {
        Router router = Router.router(vertx);
        health(router);
        errors(router);
        return router;
    }

    private void health(Router router) {
        get(router, "/livez", () -> report(api.health().live()));
        get(router, "/readyz", () -> report(api.health().ready()));
    }

    private static Answer report(Health.Report report) {
        return new Answer(report.up() ? 200 : 503, JSON, AdminJson.write(report));
    }

    private void get(Router router, String path, Callable<Answer> answer) {
        router.get(path).handler(context -> answer(context, answer));
    }

    private void view(RoutingContext context, Route route) {
        Map<String, String> parameters = new HashMap<>();
        Optional<Set<String>> known = route.query();
        for (Map.Entry<String, String> parameter : context.queryParams()) {
            if (known.isPresent() && !known.get().contains(parameter.getKey())) {
                problem(
                        context,
                        new Problem.BadRequest("\"%s\" is no parameter of %s; it takes %s"
                                .formatted(
                                        parameter.getKey(),
                                        route.path(),
                                        known.get().isEmpty() ? "none" : String.join(", ", known.get()))));
                return;
            }
            parameters.putIfAbsent(parameter.getKey(), parameter.getValue());
        }
        parameters.putAll(context.pathParams());
        answer(context, () -> new Answer(200, JSON, AdminJson.write(route.view().render(parameters))));
    }

    private void answer(RoutingContext context, Callable<Answer> answer) {
        vertx.executeBlocking(answer, false).onComplete(result -> {
            if (result.failed()) {
                problem(context, result.cause());
            } else {
                send(context.response(), result.result());
            }
        });
    }

    private static Handler<RoutingContext> admission(AdminTls.Access rule) {
        return context -> {
            Optional<String> refusal = rule.refusal(chain(context.request()));
            if (refusal.isPresent()) {
                problem(context, new Problem.Forbidden(refusal.get()));
            } else {
                context.next();
            }
        };
    }

    private static X509Certificate[] chain(HttpServerRequest request) {
        SSLSession session = request.connection().sslSession();
        try {
            Certificate[] shown = session == null ? new Certificate[0] : session.getPeerCertificates();
            return Arrays.copyOf(shown, shown.length, X509Certificate[].class);
        } catch (SSLPeerUnverifiedException e) {
            return new X509Certificate[0];
        }
    }

    private void errors(Router router) {
        router.errorHandler(400, context -> problem(context, new Problem.BadRequest(malformed(failure(context)))));
        router.errorHandler(
                404,
                context -> problem(
                        context,
                        new Problem.NotFound("nothing at %s; there are %s"
                                .formatted(context.request().path(), String.join(", ", api.paths())))));
        router.errorHandler(405, context -> {
            String methods = String.join(", ", methods(context.request().path()));
            context.response().putHeader("Allow", methods);
            problem(
                    context,
                    new Problem.MethodNotAllowed("%s is not served at this path; use %s"
                            .formatted(context.request().method(), methods)));
        });
        router.errorHandler(500, context -> problem(context, failure(context)));
    }

    /** What may be done at {@code path}: everything that is not listed as a route is for GET. */
    private Set<String> methods(@Nullable String path) {
        Set<String> methods = new TreeSet<>();
        api.routes().stream()
                .filter(route -> path != null && route.matches(path))
                .forEach(route -> methods.add(route.method()));
        return methods.isEmpty() ? Set.of("GET") : methods;
    }

    private static String malformed(Throwable failure) {
        return "the request can't be read (%s); percent-encode what is no letter or digit"
                .formatted(failure.getMessage());
    }

    private static Throwable failure(RoutingContext context) {
        Throwable failure = context.failure();
        return failure == null ? new IllegalArgumentException("bad syntax") : failure;
    }

    /** A request that is no HTTP, or too long. */
    static void invalid(HttpServerRequest request) {
        String cause = String.valueOf(request.decoderResult().cause().getMessage());
        boolean tooLong = request.decoderResult().cause() instanceof io.netty.handler.codec.TooLongFrameException;
        send(
                request.response(),
                rendered(
                        tooLong
                                ? new Problem.TooLong(cause + "; ask for less in one request")
                                : new Problem.BadRequest(cause + "; write HTTP/1.1"),
                        String.valueOf(request.path())));
        request.connection().close();
    }

    private static void problem(RoutingContext context, Throwable cause) {
        Problem problem = Problem.of(cause);
        if (problem instanceof Problem.Failed) {
            LOG.atWarn()
                    .setCause(cause)
                    .addKeyValue("path", context.request().path())
                    .log("admin view failed");
        }
        problem(context, problem);
    }

    static void problem(RoutingContext context, Problem problem) {
        problem.retryAfterSeconds()
                .ifPresent(seconds -> context.response().putHeader("Retry-After", Integer.toString(seconds)));
        send(
                context.response(),
                rendered(problem, String.valueOf(context.request().path())));
    }

    private static Answer rendered(Problem problem, String instance) {
        return new Answer(problem.status(), PROBLEM, AdminJson.write(problem.document(instance)));
    }

    private static void send(HttpServerResponse response, Answer answer) {
        if (!response.ended() && !response.closed()) {
            response.setStatusCode(answer.status())
                    .putHeader("Content-Type", answer.contentType())
                    .putHeader("Cache-Control", "no-store")
                    .end(Buffer.buffer(answer.body()));
        }
    }
}
