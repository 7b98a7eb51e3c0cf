package io.clustermesh.store.kv;

/**
 * A point in the history of a kvstore. Comparable only within one {@linkplain Listing#clusterId() incarnation}.
 *
 * @param value 0 or more; 0 is "before any write"
 */
public record Revision(long value) implements Comparable<Revision> {

    public static final Revision NONE = new Revision(0);

    public Revision {
        if (value < 0) {
            throw new IllegalArgumentException("revision %d is negative".formatted(value));
        }
    }

    /** The revision after this one: where a watch goes on. */
    public Revision next() {
        return new Revision(value + 1);
    }

    @Override
    public int compareTo(Revision other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
