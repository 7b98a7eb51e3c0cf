package io.clustermesh.model;

import org.jspecify.annotations.Nullable;

/**
 * The name of a Service: namespace and name, the same in every cluster of the mesh.
 *
 * @param namespace Kubernetes namespace
 * @param name Service name
 */
public record ServiceName(String namespace, String name) implements Comparable<ServiceName> {

    /** @throws IllegalArgumentException if a part is empty or holds a slash, which would forge another key */
    public ServiceName {
        if (namespace.isEmpty() || name.isEmpty() || namespace.indexOf('/') >= 0 || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "service name \"%s/%s\" needs a namespace and a name without '/'".formatted(namespace, name));
        }
    }

    /** Parses {@code namespace/name}. */
    public static ServiceName parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("\"%s\" is no service name; write namespace/name".formatted(text));
        }
        return new ServiceName(text.substring(0, slash), text.substring(slash + 1));
    }

    // by hand for the reason that IpAddress gives
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ServiceName that && name.equals(that.name) && namespace.equals(that.namespace);
    }

    @Override
    public int hashCode() {
        return namespace.hashCode() * 31 + name.hashCode();
    }

    @Override
    public int compareTo(ServiceName other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
