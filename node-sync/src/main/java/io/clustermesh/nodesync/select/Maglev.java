package io.clustermesh.nodesync.select;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import java.util.List;

/**
 * Fills a slot's table by Maglev hashing: every candidate walks its own permutation of the places (from {@code pos} in
 * steps of {@code skip}) and takes the next free one whenever it is its turn. Pure.
 *
 * <p>No permutation is stored; a place in use is one bit. Weights work by credit: each round adds a candidate's weight,
 * and the heaviest candidate's weight buys one place.
 */
public final class Maglev {

    /**
     * @param ip the backend's address, from which its permutation comes
     * @param l4 its protocol and port
     * @param index what its places hold
     * @param weight its share, 1 or more
     */
    public record Candidate(IpAddress ip, L4 l4, int index, int weight) {

        /** @throws IllegalArgumentException for a weight below 1 */
        public Candidate {
            if (weight < 1) {
                throw new IllegalArgumentException(
                        "backend %s:%s has weight %d; leave it out instead".formatted(ip, l4, weight));
            }
        }

        private long hash(long seed) {
            long hash = mix(seed ^ ip.family().bits());
            hash = mix(hash ^ ip.high());
            hash = mix(hash ^ ip.low());
            return mix(hash ^ ((long) l4.protocol().number() << 16 | l4.port()));
        }

        /** The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
        private static long mix(long word) {
            long z = word + 0x9e3779b97f4a7c15L;
            z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            return z ^ z >>> 31;
        }
    }

    private static final long POSITION_SEED = 0x706f736974696f6eL;
    private static final long SKIP_SEED = 0x736b6970L;

    private Maglev() {}

    /**
     * A table of {@code size} places. The same candidates in the same order give the same table on every node.
     *
     * @param candidates in a fixed order (by address); with more candidates than places the last ones get none
     * @param size 1, or a prime
     */
    public static int[] table(List<Candidate> candidates, int size) {
        int[] table = new int[size];
        if (candidates.isEmpty() || size == 0) {
            return table;
        }
        int count = candidates.size();
        int[] positions = new int[count];
        int[] skips = new int[count];
        int[] weights = new int[count];
        int heaviest = 0;
        for (int i = 0; i < count; i++) {
            Candidate candidate = candidates.get(i);
            positions[i] = (int) Long.remainderUnsigned(candidate.hash(POSITION_SEED), size);
            skips[i] = size == 1 ? 0 : 1 + (int) Long.remainderUnsigned(candidate.hash(SKIP_SEED), size - 1);
            weights[i] = candidate.weight();
            heaviest = Math.max(heaviest, candidate.weight());
        }
        long[] used = new long[(size + 63) / 64];
        long[] credits = new long[count];
        int filled = 0;
        while (true) {
            for (int i = 0; i < count; i++) {
                credits[i] += weights[i];
                if (credits[i] < heaviest) {
                    continue;
                }
                credits[i] -= heaviest;
                int position = positions[i];
                while ((used[position >>> 6] & 1L << position) != 0) {
                    position = step(position, skips[i], size);
                }
                used[position >>> 6] |= 1L << position;
                table[position] = candidates.get(i).index();
                positions[i] = step(position, skips[i], size);
                if (++filled == size) {
                    return table;
                }
            }
        }
    }

    private static int step(int position, int skip, int size) {
        int next = position + skip;
        return next >= size ? next - size : next;
    }
}
