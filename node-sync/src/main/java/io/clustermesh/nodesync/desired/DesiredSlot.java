package io.clustermesh.nodesync.desired;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import java.util.List;

/**
 * One cluster's share of a frontend.
 *
 * @param cluster whose backends
 * @param clusterId its id
 * @param local whether it is this node's own cluster
 * @param backends sorted by address, each address once
 */
public record DesiredSlot(ClusterName cluster, ClusterId clusterId, boolean local, List<DesiredBackend> backends) {

    public DesiredSlot {
        backends = List.copyOf(backends);
    }

    /** How many of the backends take new connections. */
    public int activeCount() {
        int active = 0;
        for (DesiredBackend backend : backends) {
            if (backend.active()) {
                active++;
            }
        }
        return active;
    }

    /**
     * The backends that belong into the slot's table: the active ones, or the terminating ones if no other is left
     * (Cilium's fall-back of its backend states).
     */
    public List<DesiredBackend> usable() {
        return activeCount() == 0
                ? backends
                : backends.stream().filter(DesiredBackend::active).toList();
    }
}
