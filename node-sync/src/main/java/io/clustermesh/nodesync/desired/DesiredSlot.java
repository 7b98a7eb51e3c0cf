package io.clustermesh.nodesync.desired;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.nodesync.select.SlotDemand;
import java.util.List;

/**
 * One cluster's share of a frontend.
 *
 * @param cluster whose backends
 * @param clusterId its id
 * @param local whether it is this node's own cluster
 * @param backends sorted by address, each address once
 * @param standing how it stands beside other clusters
 */
public record DesiredSlot(
        ClusterName cluster, ClusterId clusterId, boolean local, List<DesiredBackend> backends, Standing standing) {

    /**
     * How a cluster's backends stand beside those of others.
     *
     * @param unready backends that should be there and serve nobody
     * @param near whether they are as near as the service prefers, true without a preference
     * @param keepPercent what a drain leaves of the cluster's share, 100 without one
     */
    public record Standing(int unready, boolean near, int keepPercent) {

        /** Nothing special. */
        public static final Standing PLAIN = new Standing(0, true, 100);
    }

    /** A slot of a cluster with nothing special about it. */
    public DesiredSlot(ClusterName cluster, ClusterId clusterId, boolean local, List<DesiredBackend> backends) {
        this(cluster, clusterId, local, backends, Standing.PLAIN);
    }

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

    /** What the slot has to offer. */
    public SlotDemand demand() {
        int active = 0;
        long weight = 0;
        for (DesiredBackend backend : backends) {
            if (backend.active()) {
                active++;
                weight += backend.weight();
            }
        }
        return new SlotDemand(
                cluster,
                SlotDemand.Place.of(local, standing.near),
                new SlotDemand.Offer(active, backends.size() - active, standing.unready, weight),
                standing.keepPercent);
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
