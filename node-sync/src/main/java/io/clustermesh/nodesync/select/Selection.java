package io.clustermesh.nodesync.select;

import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.model.Affinity;
import java.util.List;

/**
 * From affinity and numbers of backends to a policy word. Pure.
 *
 * <p>The rule is Cilium's ({@code pkg/loadbalancer/reconciler}, affinity step), said once in tiers, so that the kernel
 * falls back by itself:
 *
 * <pre>
 *            own cluster   peers     slots with terminating backends only
 *   none     tier 0        tier 0    tier 3
 *   local    tier 0        tier 1    tier 3
 *   remote   tier 1        tier 0    tier 3
 * </pre>
 *
 * <p>Within a tier, weights stand in proportion to the backends of the slots, so that every backend of the tier gets an
 * equal share whatever its cluster. A weight has 63 steps: up to 63 backends in the tier's largest slot the numbers
 * themselves are the weights and shares are exact; above, they are scaled to 63 and rounded to the nearest step, never to
 * 0. The error of a slot's share is then at most half a step, 0.8 % of the largest slot; only a slot with less than
 * 1/126 of the largest slot's backends gets more than that, being rounded up to 1.
 */
public final class Selection {

    /** Where backends stand that only serve when nobody else does. */
    public static final int LAST_TIER = PolicyWord.TIERS - 1;

    private Selection() {}

    /** The policy word for slots in this order; a slot without any usable backend gets weight 0. */
    public static PolicyWord policy(Affinity affinity, List<SlotDemand> slots) {
        int[] largest = new int[PolicyWord.TIERS];
        for (SlotDemand slot : slots) {
            int tier = tier(affinity, slot);
            largest[tier] = Math.max(largest[tier], slot.usable());
        }
        PolicyWord word = PolicyWord.OFF;
        for (int i = 0; i < slots.size(); i++) {
            SlotDemand slot = slots.get(i);
            if (slot.usable() > 0) {
                int tier = tier(affinity, slot);
                word = word.with(i, tier, weight(slot.usable(), largest[tier]));
            }
        }
        return word;
    }

    private static int tier(Affinity affinity, SlotDemand slot) {
        if (slot.active() == 0) {
            return LAST_TIER;
        }
        return switch (affinity) {
            case NONE -> 0;
            case LOCAL -> slot.local() ? 0 : 1;
            case REMOTE -> slot.local() ? 1 : 0;
        };
    }

    private static int weight(int backends, int largest) {
        if (largest <= PolicyWord.MAX_WEIGHT) {
            return backends;
        }
        return Math.max(1, (int) Math.round((double) PolicyWord.MAX_WEIGHT * backends / largest));
    }
}
