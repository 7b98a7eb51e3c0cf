package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.nodesync.apply.BackendRegistry.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads back what an earlier agent left in the tables, so that a restart starts from what the kernel obeys. Nothing is
 * written.
 */
final class Recovery {

    private final ServiceTables tables;
    private final BackendRegistry registry;
    private final NumberPool serviceIds;
    private final ArenaRegions regions;

    Recovery(ServiceTables tables, BackendRegistry registry, NumberPool serviceIds, ArenaRegions regions) {
        this.tables = tables;
        this.registry = registry;
        this.serviceIds = serviceIds;
        this.regions = regions;
    }

    /** Every frontend found, with its allocations taken. */
    Map<FrontendKey, FrontendState> frontends() {
        for (int index = 1; index < tables.capacity().backends(); index++) {
            Optional<BackendEntry> entry = tables.backend(index);
            if (entry.isPresent()) {
                registry.adopt(index, entry.get());
            }
        }
        Map<FrontendKey, FrontendState> found = new TreeMap<>();
        new TreeMap<>(tables.services()).forEach((key, entry) -> found.put(key, frontend(key, entry)));
        return found;
    }

    private FrontendState frontend(FrontendKey key, ServiceEntry entry) {
        boolean ours = serviceIds.reserve(entry.serviceId());
        FrontendState state = new FrontendState(key, entry.serviceId(), ours);
        state.wrote(entry);
        state.wrote(tables.policy(entry.serviceId()));
        for (int number = 0; number < entry.slots().size(); number++) {
            state.slots[number] = slot(state, entry.slots().get(number));
        }
        return state;
    }

    private SlotState slot(FrontendState state, ServiceEntry.Slot slot) {
        if (slot.tableSize() == 0) {
            return SlotState.EMPTY;
        }
        boolean ours = regions.reserve(slot.tableBase(), slot.tableSize());
        List<Backend> backends = new ArrayList<>();
        int[] table = tables.readTable(slot.tableBase(), slot.tableSize());
        for (int index : java.util.Arrays.stream(table).distinct().sorted().toArray()) {
            if (index < 1 || index >= tables.capacity().backends()) {
                continue;
            }
            Optional<BackendEntry> entry = tables.backend(index);
            if (entry.isEmpty()) {
                continue;
            }
            BackendEntry found = entry.get();
            registry.retain(new BackendRegistry.Key(found.ip(), found.l4(), found.clusterId()), found.state())
                    .ifPresent(backend -> {
                        if (state.uses.putIfAbsent(backend, found.state()) != null) {
                            registry.release(backend, found.state());
                        }
                        backends.add(backend);
                    });
        }
        Region region = new Region(slot.tableBase(), slot.tableSize(), ours);
        return new SlotState(slot.clusterId(), region, TablePlan.found(backends), false);
    }
}
