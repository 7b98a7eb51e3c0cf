package io.clustermesh.nodesync.select;

import io.clustermesh.nodesync.select.Maglev.Candidate;
import java.util.List;

/**
 * Fills a slot's table by shares alone: each candidate gets places in proportion to its weight, side by side. With equal
 * weights the table has one place for each and shares are exact, in a hundredth of a consistent table's room; but any
 * place may change hands when a backend comes or goes. Pure.
 */
public final class Apportionment {

    /** How fine weighted shares are: the heaviest candidate's places at most. */
    private static final int STEPS = 256;

    private Apportionment() {}

    /** How many entries {@link #table} needs at its best. */
    public static int size(List<Integer> weights) {
        long size = 0;
        for (int places : places(weights)) {
            size += places;
        }
        return (int) Math.min(size, TableSize.LARGEST);
    }

    /**
     * A table of {@code size} places; candidates past the last place get none.
     *
     * @param candidates in a fixed order
     */
    public static int[] table(List<Candidate> candidates, int size) {
        int[] places = places(candidates.stream().map(Candidate::weight).toList());
        long sum = 0;
        for (int count : places) {
            sum += count;
        }
        int[] table = new int[size];
        long seen = 0;
        int at = 0;
        for (int i = 0; i < places.length; i++) {
            seen += places[i];
            // cumulative rounding: nobody is off by more than one place, and the last one ends at the end
            int end = (int) (seen * size / sum);
            while (at < end) {
                table[at++] = candidates.get(i).index();
            }
        }
        return table;
    }

    /** Whole numbers in the proportions of the weights, in lowest terms, at most {@link #STEPS} for the heaviest. */
    private static int[] places(List<Integer> weights) {
        int divisor = 0;
        int heaviest = 1;
        for (int weight : weights) {
            divisor = gcd(divisor, weight);
            heaviest = Math.max(heaviest, weight);
        }
        int[] places = new int[weights.size()];
        boolean exact = heaviest / Math.max(1, divisor) <= STEPS;
        for (int i = 0; i < places.length; i++) {
            places[i] = exact
                    ? weights.get(i) / divisor
                    : Math.max(1, Math.round((float) STEPS * weights.get(i) / heaviest));
        }
        return places;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
