package io.clustermesh.apiserver.source;

/**
 * What tells one object from every other.
 *
 * @param kind its kind
 * @param namespace its namespace, empty for kinds without one
 * @param name its name
 */
public record ObjectKey(KubeObject.Kind kind, String namespace, String name) {

    /** For people: {@code Service shop/cart}, {@code Node worker-1}. */
    @Override
    public String toString() {
        return kind.text() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}
