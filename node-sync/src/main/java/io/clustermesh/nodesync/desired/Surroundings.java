package io.clustermesh.nodesync.desired;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What counts for a service besides its own records.
 *
 * @param here the node that is served
 * @param drains what is left of the share of what is being drained, in percent
 * @param isClusterIp whether an address is some service's cluster IP
 */
public record Surroundings(Here here, Map<Drain.Target, Integer> drains, Predicate<IpAddress> isClusterIp) {

    /** Nothing is known of the node, and nothing is going on. */
    public static final Surroundings NONE = new Surroundings(Here.UNKNOWN, Map.of(), ip -> false);

    /**
     * The node that is served.
     *
     * @param node its name, empty if unknown
     * @param zone its zone, empty if unknown
     * @param addresses its own addresses, on which node ports are served
     */
    public record Here(String node, String zone, List<IpAddress> addresses) {

        /** A node of which nothing is known. */
        public static final Here UNKNOWN = new Here("", "", List.of());

        public Here {
            addresses = List.copyOf(addresses);
        }
    }

    public Surroundings {
        drains = Map.copyOf(drains);
    }

    /** What a drain leaves of a whole cluster's share, in percent. */
    int keeps(ClusterName cluster) {
        return drains.getOrDefault(Drain.Target.of(cluster), 100);
    }

    /** What a drain leaves of a node's share, in percent. */
    int keeps(ClusterName cluster, String node) {
        return node.isEmpty() || drains.isEmpty() ? 100 : drains.getOrDefault(new Drain.Target(cluster, node), 100);
    }
}
