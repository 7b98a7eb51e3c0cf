package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.nodesync.desired.DesiredFrontend;
import io.clustermesh.nodesync.desired.DesiredSlot;
import io.clustermesh.nodesync.select.Selection;
import io.clustermesh.nodesync.select.SlotDemand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which slot of a frontend each cluster has. A cluster keeps its number while it has backends, because the policy word
 * speaks of numbers and is written apart from the service entry; newcomers take the first free one. A cluster whose share
 * is too large for one weight has several.
 */
final class SlotNumbers {

    private static final SlotDemand UNUSED =
            new SlotDemand(new ClusterName("none"), SlotDemand.Place.LOCAL, SlotDemand.Offer.NOTHING, 100);

    private final DesiredFrontend frontend;
    private final @Nullable DesiredSlot[] bySlot;
    private final Map<ClusterId, Integer> partsOf;

    private SlotNumbers(DesiredFrontend frontend, @Nullable DesiredSlot[] bySlot, Map<ClusterId, Integer> partsOf) {
        this.frontend = frontend;
        this.bySlot = bySlot;
        this.partsOf = partsOf;
    }

    /** Numbers for {@code frontend}, given what the slots hold now. */
    static SlotNumbers assign(DesiredFrontend frontend, SlotState[] now) {
        @Nullable DesiredSlot[] bySlot = new @Nullable DesiredSlot[now.length];
        List<DesiredSlot> newcomers = new ArrayList<>();
        int[] parts = Selection.parts(
                frontend.affinity(),
                frontend.balancing(),
                frontend.slots().stream().map(DesiredSlot::demand).toList(),
                now.length);
        Map<ClusterId, Integer> partsOf = new HashMap<>();
        for (int i = 0; i < parts.length; i++) {
            DesiredSlot slot = frontend.slots().get(i);
            partsOf.put(slot.clusterId(), parts[i]);
            for (int part = 0; part < parts[i]; part++) {
                int number = numberOf(slot, now, bySlot);
                if (number >= 0) {
                    bySlot[number] = slot;
                } else {
                    newcomers.add(slot);
                }
            }
        }
        int free = 0;
        for (DesiredSlot slot : newcomers) {
            while (bySlot[free] != null) {
                free++;
            }
            bySlot[free] = slot;
        }
        return new SlotNumbers(frontend, bySlot, partsOf);
    }

    /** The cluster that has slot {@code number}; empty if none has. */
    Optional<DesiredSlot> at(int number) {
        return Optional.ofNullable(bySlot[number]);
    }

    /** The policy word over the slots that {@code ready} admits; the others get weight 0. */
    PolicyWord policy(IntPredicate ready) {
        List<SlotDemand> demands = new ArrayList<>(bySlot.length);
        for (int number = 0; number < bySlot.length; number++) {
            DesiredSlot slot = bySlot[number];
            demands.add(
                    slot != null && ready.test(number)
                            ? slot.demand().in(partsOf.getOrDefault(slot.clusterId(), 1))
                            : UNUSED);
        }
        return Selection.policy(frontend.affinity(), frontend.balancing(), demands);
    }

    private static int numberOf(DesiredSlot slot, SlotState[] now, @Nullable DesiredSlot[] taken) {
        for (int number = 0; number < now.length; number++) {
            if (now[number].clusterId() == slot.clusterId().value() && !now[number].empty() && taken[number] == null) {
                return number;
            }
        }
        return -1;
    }
}
