package io.clustermesh.bpf.maps;

import java.util.List;

/**
 * Value of the service map.
 *
 * @param serviceId index of the service's policy word, 0 to {@code maxServices - 1}
 * @param slots at most {@link #MAX_SLOTS}; the position is the slot number that the policy word speaks of
 */
public record ServiceEntry(int serviceId, List<Slot> slots) {

    /** Slots of a service, one byte of the policy word each. */
    public static final int MAX_SLOTS = 8;

    /**
     * @param clusterId whose backends; its bit in the cluster-down bitmap switches the slot off
     * @param tableBase first entry of the slot's table in the arena
     * @param tableSize entries of the table, 0 for a slot without backends
     */
    public record Slot(int clusterId, int tableBase, int tableSize) {}

    public ServiceEntry {
        slots = List.copyOf(slots);
        if (slots.size() > MAX_SLOTS) {
            throw new IllegalArgumentException(
                    "a service has at most %d slots, not %d".formatted(MAX_SLOTS, slots.size()));
        }
    }
}
