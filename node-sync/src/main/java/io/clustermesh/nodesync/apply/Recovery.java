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
import java.util.TreeSet;

/**
 * Reads back what an earlier agent left in the tables, so that a restart starts from what the kernel obeys. Nothing is
 * written.
 */
final class Recovery {

    private final ServiceTables tables;
    private final BackendRegistry registry;
    private final NumberPool serviceIds;
    private final ArenaRegions regions;
    private final TreeSet<Integer> bases = new TreeSet<>();

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
        Map<FrontendKey, ServiceEntry> services = new TreeMap<>(tables.services());
        services.values().stream()
                .flatMap(entry -> entry.slots().stream())
                .filter(slot -> slot.tableSize() > 0)
                .forEach(slot -> bases.add(slot.tableBase()));
        services.forEach((key, entry) -> found.put(key, frontend(key, entry)));
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
        Region region = region(slot);
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
        return new SlotState(slot.clusterId(), region, TablePlan.found(backends), false);
    }

    /** The table's place; the room behind it is not told by the tables, but it ends where the next one begins. */
    private Region region(ServiceEntry.Slot slot) {
        int base = slot.tableBase();
        int size = slot.tableSize();
        Integer next = bases.higher(base);
        int room = next == null ? Region.roomFor(size) : Math.min(Region.roomFor(size), next - base);
        if (room > size && regions.reserve(base, room)) {
            return new Region(base, size, room, true);
        }
        return new Region(base, size, size, regions.reserve(base, size));
    }
}
