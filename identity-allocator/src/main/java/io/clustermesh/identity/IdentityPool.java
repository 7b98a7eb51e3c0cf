package io.clustermesh.identity;

import io.clustermesh.model.IdentityRange;
import io.clustermesh.model.NumericIdentity;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Picks free numbers from the cluster's range, at random, so that two allocators rarely pick the same one. Owned by one
 * thread.
 */
final class IdentityPool {

    private final IdentityRange range;
    private final RandomGenerator random;

    IdentityPool(IdentityRange range, RandomGenerator random) {
        this.range = range;
        this.random = random;
    }

    /** How many numbers the range has. */
    int size() {
        return range.last().value() - range.first().value() + 1;
    }

    IdentityRange range() {
        return range;
    }

    /** A number that is not {@code taken}; empty if there is none left. */
    Optional<NumericIdentity> pick(Predicate<NumericIdentity> taken) {
        int size = size();
        int start = random.nextInt(size);
        for (int i = 0; i < size; i++) {
            NumericIdentity candidate = new NumericIdentity(range.first().value() + (start + i) % size);
            if (!taken.test(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
