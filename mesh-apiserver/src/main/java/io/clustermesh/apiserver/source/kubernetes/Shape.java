package io.clustermesh.apiserver.source.kubernetes;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which fields of an object are kept while it is read. Lists are looked through: a shape holds for each of their items.
 * Immutable.
 */
final class Shape {

    private static final Shape WHOLE = new Shape(Map.of(), Set.of());

    /** Annotations that only their writers read; the first holds a second copy of the whole object. */
    private static final Shape ANNOTATIONS = new Shape(
            Map.of(),
            Set.of(
                    "kubectl.kubernetes.io/last-applied-configuration",
                    "endpoints.kubernetes.io/last-change-trigger-time",
                    "deployment.kubernetes.io/revision"));

    private final Map<String, Shape> fields;
    private final Set<String> without;

    private Shape(Map<String, Shape> fields, Set<String> without) {
        this.fields = fields;
        this.without = without;
    }

    /**
     * The fields at {@code paths} with everything below, and what every object is known by.
     *
     * @param paths dotted, for example {@code spec.containers.ports}
     */
    static Shape of(String... paths) {
        Shape root = new Shape(new TreeMap<>(), Set.of());
        for (String path : new String[] {
            "metadata.name", "metadata.namespace", "metadata.uid", "metadata.resourceVersion", "metadata.labels"
        }) {
            root.add(path);
        }
        for (String path : paths) {
            root.add(path);
        }
        return root;
    }

    /** A watch's event about objects of this shape; or about what went wrong, which is a Status. */
    Shape event() {
        Map<String, Shape> object = new TreeMap<>(fields);
        object.put("code", WHOLE);
        object.put("message", WHOLE);
        return new Shape(Map.of("type", WHOLE, "object", new Shape(object, Set.of())), Set.of());
    }

    private void add(String path) {
        Shape at = this;
        String[] names = path.split("\\.");
        for (int i = 0; i < names.length; i++) {
            boolean last = i == names.length - 1;
            Shape leaf = path.equals("metadata.annotations") ? ANNOTATIONS : WHOLE;
            at = at.fields.computeIfAbsent(names[i], n -> last ? leaf : new Shape(new TreeMap<>(), Set.of()));
        }
    }

    /** How the field is kept; empty if it is not. */
    Optional<Shape> field(String name) {
        if (fields.isEmpty()) {
            return without.contains(name) ? Optional.empty() : Optional.of(WHOLE);
        }
        return Optional.ofNullable(fields.get(name));
    }
}
