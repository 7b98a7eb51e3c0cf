package io.clustermesh.model;

/**
 * The number of a cluster, unique in the mesh; the high bits of its identities.
 *
 * @param value 1 to 511; 0 would mean "not in a mesh" and is refused
 */
public record ClusterId(int value) implements Comparable<ClusterId> {

    /** The highest id there is, in meshes of 511 clusters. */
    public static final int MAX = 511;

    /** @throws IllegalArgumentException naming the range */
    public ClusterId {
        if (value < 1 || value > MAX) {
            throw new IllegalArgumentException(
                    "cluster id %d is outside 1..%d; give every cluster of the mesh its own id in that range"
                            .formatted(value, MAX));
        }
    }

    @Override
    public int compareTo(ClusterId other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
