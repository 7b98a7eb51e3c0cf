package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.ServiceTables;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Builds and places the tables of slots. A table whose room suffices is rewritten where it lies, entry by entry: a
 * connect reads one entry, and a mix of old and new ones is valid. One that needs another room gets a new
 * region, and the old one is handed back only after the service entry points to the new one.
 */
final class SlotWriter {

    /**
     * @param slot the slot as it is now
     * @param missing how many entries the arena could not give, 0 if the table has its proper size
     */
    record Outcome(SlotState slot, int missing) {}

    private final ServiceTables tables;
    private final ArenaRegions regions;

    SlotWriter(ServiceTables tables, ArenaRegions regions) {
        this.tables = tables;
        this.regions = regions;
    }

    /**
     * Brings a slot's table to {@code plan}.
     *
     * @param now what the slot holds
     * @param clusterId whose backends they are
     */
    Outcome write(SlotState now, int clusterId, TablePlan plan) {
        int wanted = plan.size();
        if (wanted == 0) {
            return new Outcome(SlotState.EMPTY, 0);
        }
        boolean sameContent = now.exact() && now.plan().equals(plan);
        if (sameContent && now.region().ours() && now.region().size() == wanted) {
            return new Outcome(new SlotState(clusterId, now.region(), plan, true), 0);
        }
        Region region = place(now.region(), wanted, plan);
        if (region.size() == 0) {
            return new Outcome(SlotState.EMPTY, wanted);
        }
        int[] table = plan.table(region.size());
        try {
            writeIfOther(region, table, region.equals(now.region()));
        } catch (RuntimeException e) {
            if (!region.isAt(now.region())) {
                release(region);
            }
            throw e;
        }
        return new Outcome(new SlotState(clusterId, region, plan, true), wanted - region.size());
    }

    private void writeIfOther(Region region, int[] table, boolean inPlace) {
        if (!inPlace || !Arrays.equals(table, tables.readTable(region.base(), region.size()))) {
            tables.writeTable(region.base(), table);
        }
    }

    /** Hands back a region that nothing points to any more. */
    void release(Region region) {
        if (region.ours() && region.room() > 0) {
            regions.release(region.base(), region.room());
        }
    }

    /** The region it has if the size fits, else a new one, else a smaller one, else whatever it has. */
    private Region place(Region now, int wanted, TablePlan plan) {
        if (now.suits(wanted)) {
            return now.resized(wanted);
        }
        for (int size = wanted; size > 0; size = plan.smaller(size)) {
            for (int room : new int[] {Region.roomFor(size), size}) {
                OptionalInt base = regions.take(room);
                if (base.isPresent()) {
                    return new Region(base.getAsInt(), size, room, true);
                }
            }
            if (now.ours() && size <= now.room()) {
                return now.resized(size);
            }
        }
        return now.ours() ? now : Region.NONE;
    }
}
