package io.clustermesh.nodesync.select;

import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.Balancing.Cap;
import io.clustermesh.nodesync.select.Division.Claim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * From what a service asks for and what its clusters offer to a policy word. Pure.
 *
 * <p>First the clusters are <b>ranked</b>: those with near backends before those without, where the service prefers near
 * ones; then by {@code clustermesh.io/order}, or else by affinity as Cilium does ({@code pkg/loadbalancer/reconciler});
 * then those that {@code clustermesh.io/weights} names before those that it does not. Equal ranks are one tier. Slots with
 * terminating backends only, and drained ones, stand in the last tier, so that the kernel falls back by itself:
 *
 * <pre>
 *            own cluster   peers     terminating only, or drained
 *   none     tier 0        tier 0    tier 3
 *   local    tier 0        tier 1    tier 3
 *   remote   tier 1        tier 0    tier 3
 *   order    one tier each           tier 3, which ranks past the third share
 * </pre>
 *
 * <p>Then the connections are {@linkplain Division divided}: a tier that is not fit to take all, since it is below the
 * spillover threshold, draining or capped, gives the rest to the next one. Tiers that take connections at the same time
 * become one tier of the word, whose weights are their shares.
 *
 * <p>Within a tier, weights are the service's weights, or stand in proportion to the backends of the slots, so that every
 * backend of the tier gets an equal share whatever its cluster. A weight has 63 steps; {@link #roundingError} says by how
 * much a share is off because of that.
 */
public final class Selection {

    /** Where backends stand that only serve when nobody else does. */
    public static final int LAST_TIER = PolicyWord.TIERS - 1;

    /** With a smaller error than this, as a part of all connections, no more slots are spent. */
    private static final double PRECISE = 0.005;

    /** A cluster with more backends has one slot, since each further one would cost a large table. */
    private static final int MOST_TO_SPREAD = 81;

    /** A cluster that order does not name stands after all that it does. */
    private static final int UNNAMED = Integer.MAX_VALUE;

    private record Rank(boolean far, int order, boolean unweighted) implements Comparable<Rank> {

        private static final Comparator<Rank> ORDER =
                Comparator.comparing(Rank::far).thenComparingInt(Rank::order).thenComparing(Rank::unweighted);

        @Override
        public int compareTo(Rank other) {
            return ORDER.compare(this, other);
        }
    }

    private final Affinity affinity;
    private final Balancing balancing;
    private final List<SlotDemand> slots;
    private final double[] shares;
    private final int[] tiers;

    private Selection(Affinity affinity, Balancing balancing, List<SlotDemand> slots) {
        this.affinity = affinity;
        this.balancing = balancing;
        this.slots = slots;
        this.shares = new double[slots.size()];
        this.tiers = new int[slots.size()];
        select();
    }

    /** The policy word for slots in this order; a slot without any usable backend gets weight 0. */
    public static PolicyWord policy(Affinity affinity, Balancing balancing, List<SlotDemand> slots) {
        return new Selection(affinity, balancing, slots).word();
    }

    /**
     * How many slots each cluster should have, so that shares come out right: more than one for a cluster whose share is so
     * much larger than another's that 63 steps are too few. Only for clusters that the service weighs.
     *
     * @param slots one for each cluster
     * @param room slots in all, at least as many as clusters
     */
    public static int[] parts(Affinity affinity, Balancing balancing, List<SlotDemand> slots, int room) {
        int[] parts = new int[slots.size()];
        Arrays.fill(parts, 1);
        if (balancing.weights().isEmpty()) {
            return parts; // by numbers of backends, a share that is too small for a step is nobody's wish
        }
        double[] first = new Selection(affinity, balancing, slots).sharesOf(0);
        for (int used = slots.size(); used < room && Shares.error(first, parts) > PRECISE; used++) {
            int largest = 0;
            for (int i = 1; i < first.length; i++) {
                largest = first[i] / parts[i] > first[largest] / parts[largest] ? i : largest;
            }
            if (slots.get(largest).offer().usable() > MOST_TO_SPREAD) {
                return parts;
            }
            parts[largest]++;
        }
        return parts;
    }

    /** By how much, at most, the share of a cluster of the first tier is off since weights are small whole numbers. */
    public static double roundingError(Affinity affinity, Balancing balancing, List<SlotDemand> slots, int room) {
        double[] first = new Selection(affinity, balancing, slots).sharesOf(0);
        return Shares.error(first, parts(affinity, balancing, slots, room));
    }

    private void select() {
        Map<Rank, List<Claim>> ranked = new TreeMap<>();
        for (int i = 0; i < slots.size(); i++) {
            SlotDemand slot = slots.get(i);
            if (slot.offer().usable() == 0 || off(slot)) {
                continue;
            }
            if (slot.offer().active() == 0 || slot.keepPercent() == 0) {
                tiers[i] = LAST_TIER;
                shares[i] = (double) slot.offer().usable() / slot.parts();
            } else {
                ranked.computeIfAbsent(rank(slot), rank -> new ArrayList<>()).add(claim(i, slot));
            }
        }
        Division division = new Division(balancing.spilloverPercent(), List.copyOf(ranked.values()));
        division.taken().forEach((slot, share) -> shares[slot] = share);
        int tier = division.tiersTaking() == 0 ? 0 : 1;
        for (List<Claim> waiting : division.waiting()) {
            for (Claim claim : waiting) {
                tiers[claim.slot()] = Math.min(tier, LAST_TIER);
                shares[claim.slot()] = claim.amount();
            }
            tier++;
        }
    }

    private PolicyWord word() {
        PolicyWord word = PolicyWord.OFF;
        for (int tier = 0; tier < PolicyWord.TIERS; tier++) {
            int[] weights = Shares.weights(sharesOf(tier));
            for (int i = 0; i < weights.length; i++) {
                if (weights[i] > 0) {
                    word = word.with(i, tier, weights[i]);
                }
            }
        }
        return word;
    }

    private double[] sharesOf(int tier) {
        double[] of = new double[shares.length];
        for (int i = 0; i < of.length; i++) {
            of[i] = tiers[i] == tier ? shares[i] : 0;
        }
        return of;
    }

    /** A weight of 0 is meant: not even as a last resort. */
    private boolean off(SlotDemand slot) {
        return balancing.weights().getOrDefault(slot.cluster(), 1) == 0;
    }

    private Rank rank(SlotDemand slot) {
        int order;
        if (balancing.order().isEmpty()) {
            order = switch (affinity) {
                case NONE -> 0;
                case LOCAL -> slot.place().local() ? 0 : 1;
                case REMOTE -> slot.place().local() ? 1 : 0;
            };
        } else {
            int at = balancing.order().indexOf(slot.cluster());
            order = at < 0 ? UNNAMED : at;
        }
        boolean unweighted =
                !balancing.weights().isEmpty() && !balancing.weights().containsKey(slot.cluster());
        return new Rank(!slot.place().near(), order, unweighted);
    }

    private Claim claim(int index, SlotDemand slot) {
        Integer weight = balancing.weights().get(slot.cluster());
        double amount = weight == null ? slot.offer().weight() / (double) Balancing.BACKEND_WEIGHT : weight;
        double most = balancing.capacity().get(slot.cluster()) instanceof Cap.Share(int percent) ? percent / 100.0 : 1;
        return new Claim(
                index,
                amount / slot.parts(),
                weight != null,
                slot.offer(),
                slot.keepPercent() / 100.0,
                most / slot.parts());
    }
}
