package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.maps.ServiceTables.Capacity;

/** The limits both implementations hold to, with one wording. */
record Bounds(Capacity capacity) {

    void checkService(ServiceEntry entry) {
        checkServiceId(entry.serviceId());
        for (ServiceEntry.Slot slot : entry.slots()) {
            checkCluster(slot.clusterId());
            checkTable(slot.tableBase(), slot.tableSize());
        }
    }

    void checkServiceId(int serviceId) {
        check("service id", serviceId, 0, capacity.services());
    }

    /** Entry 0 means "none" in tables, so nothing may be written there. */
    void checkBackend(int index) {
        check("backend index", index, 1, capacity.backends());
    }

    void checkCluster(int clusterId) {
        check("cluster id", clusterId, 0, ServiceTables.CLUSTERS);
    }

    void checkTable(int base, int size) {
        if (base < 0 || size < 0 || (long) base + size > capacity.tableEntries()) {
            throw new IllegalArgumentException(
                    "a table of %d entries at %d lies outside the arena of %d entries; open it with a larger capacity"
                            .formatted(size, base, capacity.tableEntries()));
        }
    }

    private static void check(String what, int value, int from, int end) {
        if (value < from || value >= end) {
            throw new IllegalArgumentException("%s %d is outside %d..%d; open the tables with a larger capacity"
                    .formatted(what, value, from, end - 1));
        }
    }
}
