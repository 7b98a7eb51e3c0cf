package io.clustermesh.store.admin;

import java.util.Optional;
import java.util.Set;

/**
 * A view at its place.
 *
 * @param path as OpenAPI writes it: {@code /v1/services/{namespace}/{name}}
 * @param query the query parameters it takes; others are refused. Empty: it takes any
 * @param view what is there
 */
public record Route(String path, Optional<Set<String>> query, View view) {

    public Route {
        if (!path.matches("(/(\\{[a-z]+}|[a-z0-9.-]+))+")) {
            throw new IllegalArgumentException("\"%s\" is no path of the form /v1/things/{name}".formatted(path));
        }
        query = query.map(Set::copyOf);
    }

    /** A view that knows all its query parameters. */
    public static Route of(String path, Set<String> query, View view) {
        return new Route(path, Optional.of(query), view);
    }

    /** The path as Vert.x writes it: {@code /v1/services/:namespace/:name}. */
    String pattern() {
        return path.replaceAll("\\{([a-z]+)}", ":$1");
    }
}
