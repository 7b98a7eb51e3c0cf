package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.nodesync.apply.BackendRegistry.Backend;
import java.util.List;

/**
 * What one slot of a frontend holds in the tables.
 *
 * @param clusterId whose backends, 0 for a slot that was never used
 * @param region where its table lies
 * @param plan what makes the table
 * @param exact false if the table's content is not known to be the one that the plan makes
 */
record SlotState(int clusterId, Region region, TablePlan plan, boolean exact) {

    static final SlotState EMPTY = new SlotState(0, Region.NONE, TablePlan.EMPTY, true);

    /** The backends of the table, in the order that made it. */
    List<Backend> backends() {
        return plan.backends();
    }

    boolean empty() {
        return region.size() == 0;
    }

    ServiceEntry.Slot entry() {
        return new ServiceEntry.Slot(empty() ? 0 : clusterId, region.base(), region.size());
    }

    SlotState inexact() {
        return new SlotState(clusterId, region, plan, false);
    }
}
