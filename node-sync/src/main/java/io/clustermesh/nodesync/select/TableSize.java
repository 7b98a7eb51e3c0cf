package io.clustermesh.nodesync.select;

/**
 * How many entries a slot's table has.
 *
 * <p>A hundred entries for each backend keep the worst share within about one percent of the fair one and few places
 * moving when a backend leaves. Sizes are primes, as Maglev's permutations need, one for about each power of two (the
 * ones that Cilium allows for {@code bpf-lb-maglev-table-size}), so that a growing service seldom moves. A single
 * backend needs one entry.
 */
public final class TableSize {

    private static final int[] PRIMES = {251, 509, 1021, 2039, 4093, 8191, 16_381, 32_749, 65_521};
    private static final int ENTRIES_PER_BACKEND = 100;

    /** The largest table; past 655 backends a slot has fewer than a hundred entries for each. */
    public static final int LARGEST = PRIMES[PRIMES.length - 1];

    private TableSize() {}

    /** The best size for {@code backends}: 0 for none, 1 for one, else a prime. */
    public static int of(int backends) {
        if (backends <= 1) {
            return backends;
        }
        for (int prime : PRIMES) {
            if (prime >= (long) ENTRIES_PER_BACKEND * backends) {
                return prime;
            }
        }
        return LARGEST;
    }

    /** The next smaller size that still holds {@code backends}, 0 if there is none: for when the arena is nearly full. */
    public static int smaller(int size, int backends) {
        for (int i = PRIMES.length - 1; i >= 0; i--) {
            if (PRIMES[i] < size) {
                return PRIMES[i] >= backends ? PRIMES[i] : 0;
            }
        }
        return 0;
    }
}
