package io.clustermesh.store.admin;

import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Metrics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a process tells of itself, wherever it listens.
 *
 * @param health behind {@code /livez}, {@code /readyz} and {@code /healthz}
 * @param metrics behind {@code /metrics}
 * @param routes the views
 * @param events behind {@code /v1/events/stream}, if the process has any
 * @param document the API's OpenAPI description, behind {@code /openapi.yaml}, if there is one
 */
public record AdminApi(
        Health health, Metrics metrics, List<Route> routes, Optional<EventFeed> events, Optional<String> document) {

    public AdminApi {
        routes = List.copyOf(routes);
    }

    /** Some views by path, without events or a document. */
    public static AdminApi of(Health health, Metrics metrics, Map<String, ? extends View> views) {
        List<Route> routes = new TreeMap<>(views)
                .entrySet().stream()
                        .map(view -> new Route(view.getKey(), Optional.empty(), view.getValue()))
                        .toList();
        return new AdminApi(health, metrics, routes, Optional.empty(), Optional.empty());
    }

    /** Every path that is served, as OpenAPI writes them. */
    public List<String> paths() {
        List<String> paths = new java.util.ArrayList<>(List.of("/livez", "/readyz", "/healthz", "/metrics"));
        routes.stream().map(Route::path).distinct().forEach(paths::add);
        events.ifPresent(feed -> paths.add(AdminRouter.STREAM));
        document.ifPresent(text -> paths.add(AdminRouter.DOCUMENT));
        return paths;
    }
}
