package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.model.ClusterName;
import io.clustermesh.nodesync.desired.DesiredFrontend;
import io.clustermesh.nodesync.desired.DesiredSlot;
import io.clustermesh.nodesync.select.Selection;
import io.clustermesh.nodesync.select.SlotDemand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which slot of a frontend each cluster has. A cluster keeps its number while it has backends, because the policy word
 * speaks of numbers and is written apart from the service entry; newcomers take the first free one.
 */
final class SlotNumbers {

    private static final SlotDemand UNUSED =
            new SlotDemand(new ClusterName("none"), SlotDemand.Place.LOCAL, SlotDemand.Offer.NOTHING, 100);

    private final DesiredFrontend frontend;
    private final @Nullable DesiredSlot[] bySlot;

    private SlotNumbers(DesiredFrontend frontend, @Nullable DesiredSlot[] bySlot) {
        this.frontend = frontend;
        this.bySlot = bySlot;
    }

    /** Numbers for {@code frontend}, given what the slots hold now. */
    static SlotNumbers assign(DesiredFrontend frontend, SlotState[] now) {
        @Nullable DesiredSlot[] bySlot = new @Nullable DesiredSlot[now.length];
        List<DesiredSlot> newcomers = new ArrayList<>();
        for (DesiredSlot slot : frontend.slots()) {
            int number = numberOf(slot, now, bySlot);
            if (number >= 0) {
                bySlot[number] = slot;
            } else {
                newcomers.add(slot);
            }
        }
        int free = 0;
        for (DesiredSlot slot : newcomers) {
            while (bySlot[free] != null) {
                free++;
            }
            bySlot[free] = slot;
        }
        return new SlotNumbers(frontend, bySlot);
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
            demands.add(slot != null && ready.test(number) ? slot.demand() : UNUSED);
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
