package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import java.util.List;

/**
 * A virtual address with everything that may stand behind it.
 *
 * @param key the address
 * @param affinity which clusters are preferred
 * @param balancing how connections are divided among them
 * @param affinitySeconds how long a client stays with its backend, 0 for not at all
 * @param slots at most {@link ServiceEntry#MAX_SLOTS}, the local cluster first, then by cluster id; a cluster without
 *     a fitting backend has none
 */
public record DesiredFrontend(
        FrontendKey key, Affinity affinity, Balancing balancing, int affinitySeconds, List<DesiredSlot> slots) {

    public DesiredFrontend {
        slots = List.copyOf(slots);
        if (slots.size() > ServiceEntry.MAX_SLOTS) {
            throw new IllegalArgumentException("frontend %s has %d slots, a policy word holds %d"
                    .formatted(key, slots.size(), ServiceEntry.MAX_SLOTS));
        }
    }
}
