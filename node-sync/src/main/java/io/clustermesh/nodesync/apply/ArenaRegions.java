package io.clustermesh.nodesync.apply;

import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Hands out runs of arena entries, first fit; neighbours that are free grow together again. Sizes are mostly powers of
 * two ({@link Region#roomFor}), so holes fit the next asker. A region given back rests for a while before it is used again, so
 * that a connect under way reads no other service's table. Owned by the agent's thread.
 */
final class ArenaRegions {

    private record Resting(int base, int size, long untilNanos) {}

    private final Duration rest;
    private final Clock clock;
    private final TreeMap<Integer, Integer> freeSizeByBase = new TreeMap<>();
    private final Deque<Resting> resting = new ArrayDeque<>();
    private int inUse;

    /**
     * @param entries entries of the arena
     * @param rest how long a region rests after use
     */
    ArenaRegions(int entries, Duration rest, Clock clock) {
        this.rest = rest;
        this.clock = clock;
        freeSizeByBase.put(0, entries);
    }

    /** Base of a free region of {@code size} entries; empty if none is that long. */
    OptionalInt take(int size) {
        wake();
        for (Map.Entry<Integer, Integer> free : freeSizeByBase.entrySet()) {
            if (free.getValue() >= size) {
                int base = free.getKey();
                carve(base, free.getValue(), base, size);
                return OptionalInt.of(base);
            }
        }
        return OptionalInt.empty();
    }

    /** Takes that very region, found in use in a table; false if part of it is taken or outside the arena. */
    boolean reserve(int base, int size) {
        Map.Entry<Integer, Integer> free = freeSizeByBase.floorEntry(base);
        if (size < 1 || free == null || (long) free.getKey() + free.getValue() < (long) base + size) {
            return false;
        }
        carve(free.getKey(), free.getValue(), base, size);
        return true;
    }

    /** Gives a region back. */
    void release(int base, int size) {
        inUse -= size;
        resting.addLast(new Resting(base, size, clock.monotonicNanos() + rest.toNanos()));
    }

    /** Entries in use, those at rest not counted. */
    int inUse() {
        return inUse;
    }

    private void carve(int freeBase, int freeSize, int base, int size) {
        freeSizeByBase.remove(freeBase);
        if (base > freeBase) {
            freeSizeByBase.put(freeBase, base - freeBase);
        }
        int end = base + size;
        if (freeBase + freeSize > end) {
            freeSizeByBase.put(end, freeBase + freeSize - end);
        }
        inUse += size;
    }

    private void wake() {
        long now = clock.monotonicNanos();
        while (!resting.isEmpty() && resting.getFirst().untilNanos() - now <= 0) {
            Resting region = resting.removeFirst();
            free(region.base(), region.size());
        }
    }

    private void free(int base, int size) {
        int from = base;
        int end = base + size;
        Map.Entry<Integer, Integer> before = freeSizeByBase.floorEntry(base);
        if (before != null && before.getKey() + before.getValue() == from) {
            from = before.getKey();
            freeSizeByBase.remove(from);
        }
        Integer after = freeSizeByBase.remove(end);
        freeSizeByBase.put(from, (after == null ? end : end + after) - from);
    }
}
