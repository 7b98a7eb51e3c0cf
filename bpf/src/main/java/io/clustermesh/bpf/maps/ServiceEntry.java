package io.clustermesh.bpf.maps;

import java.util.List;

/**
 * Value of the service map.
 *
 * @param serviceId index of the service's policy word, 0 to {@code maxServices - 1}
 * @param slots at most {@link #MAX_SLOTS}; the position is the slot number that the policy word speaks of
 * @param affinitySeconds session affinity: how long a client (a network namespace) that stays away keeps its backend;
 *     0 for none, Kubernetes allows up to 86,400
 */
public record ServiceEntry(int serviceId, List<Slot> slots, int affinitySeconds) {

    /** Slots of a service, one byte of the policy word each. */
    public static final int MAX_SLOTS = 8;

    /** The longest affinity, a day, as in Kubernetes. */
    public static final int MAX_AFFINITY_SECONDS = 86_400;

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
        if (affinitySeconds < 0 || affinitySeconds > MAX_AFFINITY_SECONDS) {
            throw new IllegalArgumentException(
                    "an affinity lasts 0 to %d seconds, not %d".formatted(MAX_AFFINITY_SECONDS, affinitySeconds));
        }
    }

    /** Without affinity: each connect draws anew. */
    public ServiceEntry(int serviceId, List<Slot> slots) {
        this(serviceId, slots, 0);
    }

    /** Whether clients come back to the backend they had. */
    public boolean hasAffinity() {
        return affinitySeconds > 0;
    }
}
