package io.clustermesh.model;

/**
 * A security identity as it travels in packets and in the ipcache: 32 bits, of which the lower 24 hold cluster id and
 * local number.
 *
 * @param value the number, not negative; below 256 are Cilium's reserved identities
 */
public record NumericIdentity(int value) implements Comparable<NumericIdentity> {

    /** The first identity that an allocator may hand out. */
    public static final int FIRST_ALLOCATABLE = 256;

    /** @throws IllegalArgumentException for a negative number */
    public NumericIdentity {
        if (value < 0) {
            throw new IllegalArgumentException("identity %d is negative".formatted(value));
        }
    }

    /** Whether this is one of the reserved identities (host, world, health, ...), the same in every cluster. */
    public boolean isReserved() {
        return value < FIRST_ALLOCATABLE;
    }

    @Override
    public int compareTo(NumericIdentity other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
