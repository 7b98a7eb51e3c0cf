package io.clustermesh.apiserver.cache;

import java.util.Arrays;

/**
 * The last steps, oldest first, and the map before them. Immutable to readers: steps are appended into slots that no
 * older {@code History} reads, and chunks of slots are shared between versions. One thread appends, always to the newest
 * version.
 */
final class History {

    private static final int CHUNK = 256;

    private final CacheLimits limits;
    private final Step[][] chunks;
    private final int start;
    private final int end;
    private final long weight;
    private final long baseRevision;
    private final SortedEntries base;

    private History(
            CacheLimits limits,
            Step[][] chunks,
            int start,
            int end,
            long weight,
            long baseRevision,
            SortedEntries base) {
        this.limits = limits;
        this.chunks = chunks;
        this.start = start;
        this.end = end;
        this.weight = weight;
        this.baseRevision = baseRevision;
        this.base = base;
    }

    /** No steps yet: all that is known is the map at {@code revision}. */
    static History startingAt(CacheLimits limits, long revision, SortedEntries base) {
        return new History(limits, new Step[0][], 0, 0, 0, revision, base);
    }

    /** This history with one more step, and without the oldest ones if that is too much. */
    History plus(Step step) {
        Step[][] slots = chunks;
        if (end == chunks.length * CHUNK) {
            slots = Arrays.copyOf(chunks, chunks.length + 1);
            slots[chunks.length] = new Step[CHUNK];
        }
        slots[end / CHUNK][end % CHUNK] = step;
        int first = start;
        int last = end + 1;
        long sum = weight + step.weight();
        long oldest = baseRevision;
        SortedEntries before = base;
        while (last - first > 1 && (last - first > limits.steps() || sum > limits.bytes())) {
            Step forgotten = slots[first / CHUNK][first % CHUNK];
            sum -= forgotten.weight();
            oldest = forgotten.revision();
            before = forgotten.after();
            first++;
        }
        int unused = first / CHUNK;
        if (unused > 0) {
            slots = Arrays.copyOfRange(slots, unused, slots.length);
            first -= unused * CHUNK;
            last -= unused * CHUNK;
        }
        return new History(limits, slots, first, last, sum, oldest, before);
    }

    /** The oldest revision whose map can still be read. */
    long oldestReadable() {
        return baseRevision;
    }

    /** The oldest revision from which a watch misses nothing. */
    long oldestWatchable() {
        // an etcd begins at revision 1, with nothing in it
        return baseRevision <= 1 ? 1 : baseRevision + 1;
    }

    int size() {
        return end - start;
    }

    long weight() {
        return weight;
    }

    Step step(int index) {
        int slot = start + index;
        return chunks[slot / CHUNK][slot % CHUNK];
    }

    /** Index of the first step at or after {@code revision}; {@link #size()} if there is none. */
    int indexFrom(long revision) {
        int low = 0;
        int high = size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (step(middle).revision() < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The map as it was at {@code revision}, which must be {@linkplain #oldestReadable() readable}. */
    SortedEntries at(long revision) {
        int next = indexFrom(revision + 1);
        return next == 0 ? base : step(next - 1).after();
    }
}
