package io.clustermesh.store.admin;

import java.util.Optional;
import java.util.Set;

/**
 * A view at its place.
 *
 * @param method {@code GET} for what only shows; {@code PUT} or {@code DELETE} for what an operator changes, said wholly by
 *     path and query, so that to say it twice is to say it once
 * @param path as OpenAPI writes it: {@code /v1/services/{namespace}/{name}}
 * @param query the query parameters it takes; others are refused. Empty: it takes any
 * @param view what is there
 */
public record Route(String method, String path, Optional<Set<String>> query, View view) {

    /** The methods that a route may have. */
    public static final Set<String> METHODS = Set.of("GET", "PUT", "DELETE");

    public Route {
        if (!METHODS.contains(method)) {
            throw new IllegalArgumentException("\"%s\" is none of the methods %s".formatted(method, METHODS));
        }
        if (!path.matches("(/(\\{[a-z]+}|[a-z0-9.-]+))+")) {
            throw new IllegalArgumentException("\"%s\" is no path of the form /v1/things/{name}".formatted(path));
        }
        query = query.map(Set::copyOf);
    }

    /** A view that only shows. */
    public Route(String path, Optional<Set<String>> query, View view) {
        this("GET", path, query, view);
    }

    /** A view that knows all its query parameters. */
    public static Route of(String path, Set<String> query, View view) {
        return new Route(path, Optional.of(query), view);
    }

    /** A view of any method that knows all its query parameters. */
    public static Route of(String method, String path, Set<String> query, View view) {
        return new Route(method, path, Optional.of(query), view);
    }

    /** The path as Vert.x writes it: {@code /v1/services/:namespace/:name}. */
    String pattern() {
        return path.replaceAll("\\{([a-z]+)}", ":$1");
    }

    /** Whether a request for {@code requested} is for this path. */
    boolean matches(String requested) {
        return requested.matches(path.replace(".", "\\.").replaceAll("\\{[a-z]+}", "[^/]+"));
    }
}
