package io.clustermesh.nodesync.apply;

import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.OptionalInt;

/**
 * Hands out the numbers of a table, the lowest free one first. A number given back rests for a while before it is used
 * again, so that a connect under way cannot meet its next owner. Owned by the agent's thread.
 */
final class NumberPool {

    private record Resting(int number, long untilNanos) {}

    private final int first;
    private final int count;
    private final Duration rest;
    private final Clock clock;
    private final BitSet taken = new BitSet();
    private final Deque<Resting> resting = new ArrayDeque<>();
    private int inUse;
    private int lowestFree; // no number below it is free

    /**
     * @param first the lowest number
     * @param count how many there are
     * @param rest how long a number rests after use
     */
    NumberPool(int first, int count, Duration rest, Clock clock) {
        this.first = first;
        this.count = count;
        this.rest = rest;
        this.clock = clock;
    }

    /** A free number; empty if all are in use or resting. */
    OptionalInt take() {
        wake();
        int bit = taken.nextClearBit(lowestFree);
        if (bit >= count) {
            return OptionalInt.empty();
        }
        lowestFree = bit + 1;
        taken.set(bit);
        inUse++;
        return OptionalInt.of(first + bit);
    }

    /** Takes that very number, found in use in a table; false if it is taken already or no number of this pool. */
    boolean reserve(int number) {
        int bit = number - first;
        if (bit < 0 || bit >= count || taken.get(bit)) {
            return false;
        }
        taken.set(bit);
        inUse++;
        return true;
    }

    /** Gives a number back. */
    void release(int number) {
        inUse--;
        resting.addLast(new Resting(number, clock.monotonicNanos() + rest.toNanos()));
    }

    /** Numbers in use, those at rest not counted. */
    int inUse() {
        return inUse;
    }

    private void wake() {
        long now = clock.monotonicNanos();
        while (!resting.isEmpty() && resting.getFirst().untilNanos() - now <= 0) {
            int bit = resting.removeFirst().number() - first;
            lowestFree = Math.min(lowestFree, bit);
            taken.clear(bit);
        }
    }
}
