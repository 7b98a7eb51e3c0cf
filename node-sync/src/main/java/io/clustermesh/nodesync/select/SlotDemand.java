package io.clustermesh.nodesync.select;

/**
 * What a slot has to offer.
 *
 * @param local whether it is this node's own cluster
 * @param active backends that take new connections
 * @param terminating backends that serve, but take new connections only if nobody else does
 */
public record SlotDemand(boolean local, int active, int terminating) {

    public SlotDemand {
        if (active < 0 || terminating < 0) {
            throw new IllegalArgumentException(
                    "a slot cannot have %d active and %d terminating backends".formatted(active, terminating));
        }
    }

    /** How many backends its table holds. */
    int usable() {
        return active > 0 ? active : terminating;
    }
}
