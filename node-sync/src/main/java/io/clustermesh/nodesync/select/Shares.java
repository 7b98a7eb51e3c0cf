package io.clustermesh.nodesync.select;

import io.clustermesh.bpf.maps.PolicyWord;
import java.util.Arrays;

/** Shares as the small whole numbers of a policy word. Pure. */
final class Shares {

    private static final double ROUNDING = 1e-9;

    private Shares() {}

    /**
     * Whole weights from 1 to 63 in the proportions of {@code shares}; 0 where the share is 0. Whole numbers that fit stay
     * as they are; else every scale is tried, and the one with the smallest error taken, the largest of several.
     */
    static int[] weights(double[] shares) {
        double largest = Arrays.stream(shares).max().orElse(0);
        int[] best = new int[shares.length];
        if (largest <= 0) {
            return best;
        }
        if (largest <= PolicyWord.MAX_WEIGHT && Arrays.stream(shares).allMatch(share -> share == Math.rint(share))) {
            for (int i = 0; i < shares.length; i++) {
                best[i] = (int) shares[i];
            }
            return best;
        }
        double smallestError = Double.MAX_VALUE;
        for (int scale = PolicyWord.MAX_WEIGHT; scale >= 1; scale--) {
            int[] weights = new int[shares.length];
            for (int i = 0; i < shares.length; i++) {
                weights[i] = shares[i] <= 0 ? 0 : Math.max(1, (int) Math.round(shares[i] / largest * scale));
            }
            double error = off(shares, weights);
            if (error < smallestError - ROUNDING) {
                smallestError = error;
                best = weights;
            }
        }
        return best;
    }

    /**
     * By how much, at most, a share is off once it is a whole number, as a part of all.
     *
     * @param parts over how many slots each share is spread
     */
    static double error(double[] shares, int[] parts) {
        double[] spread = new double[shares.length];
        for (int i = 0; i < shares.length; i++) {
            spread[i] = shares[i] / parts[i];
        }
        // every part of a share gets the same weight, so the parts need not be looked at one by one
        int[] weights = weights(spread);
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= parts[i];
        }
        return off(shares, weights);
    }

    private static double off(double[] shares, int[] weights) {
        double wanted = Arrays.stream(shares).sum();
        double given = Arrays.stream(weights).sum();
        double error = 0;
        for (int i = 0; i < shares.length; i++) {
            if (wanted > 0 && given > 0) {
                error = Math.max(error, Math.abs(shares[i] / wanted - weights[i] / given));
            }
        }
        return error;
    }
}
