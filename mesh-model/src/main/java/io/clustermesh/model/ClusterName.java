package io.clustermesh.model;

import java.util.regex.Pattern;

/**
 * The name of a cluster, unique in the mesh.
 *
 * <p>Rules as Cilium's ({@code pkg/clustermesh/types}): lower-case letters, digits and dashes, no dash at either
 * end, at most 32 characters, and not {@code default}.
 *
 * @param value the name
 */
public record ClusterName(String value) implements Comparable<ClusterName> {

    /** The longest name that Cilium accepts, in characters. */
    public static final int MAX_LENGTH = 32;

    private static final Pattern RULE = Pattern.compile("([a-z0-9][-a-z0-9]*)?[a-z0-9]");

    /** @throws IllegalArgumentException naming the rule that is broken and the remedy */
    public ClusterName {
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "cluster name \"%s\" has %d characters, at most %d are allowed; shorten it"
                            .formatted(value, value.length(), MAX_LENGTH));
        }
        if (!RULE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "cluster name \"%s\" breaks the rule: lower-case letters, digits and '-', starting and ending with a letter or digit; rename the cluster"
                            .formatted(value));
        }
        if (value.equals("default")) {
            throw new IllegalArgumentException(
                    "cluster name \"default\" is reserved for clusters outside a mesh; choose another name");
        }
    }

    @Override
    public int compareTo(ClusterName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
