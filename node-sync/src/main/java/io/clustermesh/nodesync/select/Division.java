package io.clustermesh.nodesync.select;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides all connections among tiers, in order, and within each tier among its slots.
 *
 * <pre>
 *   fit of a slot   = min(1, health / threshold) × what a drain leaves
 *   tier takes      = min(what is left, Σ amount × fit / Σ amount)
 *   slot takes      ∝ amount × fit, at most its cap; what a cap keeps out goes to the others, then to the next tier
 * </pre>
 *
 * <p>Health is that of the cluster where the service weighs clusters, else that of the whole tier: there, every backend has
 * an equal share already, so a cluster that has lost half of its backends takes half as much by itself. If no tier is left
 * for the rest, those that take connections take it in their proportions: caps and thresholds give way before a connection
 * is refused. Pure.
 */
final class Division {

    private static final double NOTHING = 1e-9;

    /**
     * What a slot asks for.
     *
     * @param slot its number
     * @param amount what its share in its tier is in proportion to, above 0
     * @param explicit the service gave the amount; else it is the sum of its active backends' weights
     * @param offer its backends
     * @param keep what a drain leaves, above 0 to 1
     * @param most its share of all connections at most, above 0 to 1
     */
    record Claim(int slot, double amount, boolean explicit, SlotDemand.Offer offer, double keep, double most) {}

    private final double threshold;
    private final Map<Integer, Double> taken = new HashMap<>();
    private final List<List<Claim>> waiting = new ArrayList<>();
    private int tiersTaking;

    /**
     * @param spilloverPercent the threshold, 0 for none
     * @param tiers the claims, tier by tier
     */
    Division(int spilloverPercent, List<List<Claim>> tiers) {
        this.threshold = spilloverPercent / 100.0;
        double left = 1;
        for (List<Claim> tier : tiers) {
            if (left <= NOTHING) {
                waiting.add(tier);
                continue;
            }
            left -= divide(Math.min(left, fitness(tier)), tier);
            tiersTaking++;
        }
        proportions(tiers.stream().flatMap(List::stream).toList(), left);
    }

    /** The share of each slot that takes connections now, by its number; only their proportions count. */
    Map<Integer, Double> taken() {
        return taken;
    }

    /** How many tiers take connections now. */
    int tiersTaking() {
        return tiersTaking;
    }

    /** The tiers that wait until nobody before them is left. */
    List<List<Claim>> waiting() {
        return waiting;
    }

    /** With one undisturbed tier the amounts themselves say it, exactly. */
    private void proportions(List<Claim> claims, double left) {
        boolean plain = tiersTaking == 1 && left <= NOTHING;
        if (plain) {
            double sum = claims.stream()
                    .filter(claim -> taken.containsKey(claim.slot))
                    .mapToDouble(claim -> claim.amount)
                    .sum();
            plain = claims.stream()
                    .filter(claim -> taken.containsKey(claim.slot))
                    .allMatch(claim -> Math.abs(taken.getOrDefault(claim.slot, 0.0) - claim.amount / sum) < NOTHING);
        }
        if (plain) {
            for (Claim claim : claims) {
                taken.computeIfPresent(claim.slot, (slot, share) -> claim.amount);
            }
        }
    }

    private double fitness(List<Claim> tier) {
        double amounts = 0;
        double fit = 0;
        double tierHealth = health(tier);
        for (Claim claim : tier) {
            amounts += claim.amount;
            fit += claim.amount * fit(claim, tierHealth);
        }
        return fit / amounts;
    }

    private static double health(List<Claim> tier) {
        int active = 0;
        int all = 0;
        // a cluster in several slots counts in each, with the same health, which hardly moves that of the tier
        for (Claim claim : tier) {
            active += claim.offer.active();
            all += claim.offer.active() + claim.offer.unready();
        }
        return (double) active / all;
    }

    private double fit(Claim claim, double tierHealth) {
        double health = claim.explicit ? claim.offer.health() : tierHealth;
        return (threshold > 0 ? Math.min(1, health / threshold) : 1) * claim.keep;
    }

    /** Gives {@code amount} to the slots of a tier; how much of it they took. */
    private double divide(double amount, List<Claim> tier) {
        double tierHealth = health(tier);
        List<Claim> open = new ArrayList<>(tier);
        double left = amount;
        boolean capped = true;
        while (capped && !open.isEmpty()) {
            double weight = open.stream()
                    .mapToDouble(claim -> claim.amount * fit(claim, tierHealth))
                    .sum();
            double perWeight = left / weight;
            List<Claim> full = open.stream()
                    .filter(claim -> claim.amount * fit(claim, tierHealth) * perWeight > claim.most + NOTHING)
                    .toList();
            capped = !full.isEmpty();
            for (Claim claim : capped ? full : open) {
                double share = capped ? claim.most : claim.amount * fit(claim, tierHealth) * perWeight;
                taken.put(claim.slot, share);
                left -= share;
            }
            open.removeAll(full);
        }
        return amount - left;
    }
}
