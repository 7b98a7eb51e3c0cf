package io.clustermesh.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A global service as its own cluster's agents see it, at {@code clustermesh/state/services/v1/<cluster>/<ns>/<name>}:
 * what Cilium's format cannot say (affinity, conditions and node of each backend) stands here. Only local agents read
 * it; peers read the {@link ServiceRecord}.
 *
 * @param cluster the cluster itself
 * @param name namespace and name
 * @param frontends cluster IPs (both families), none for a headless service
 * @param ports the Service's ports
 * @param policy how backends are chosen
 * @param backends the cluster's own backends
 */
public record MeshService(
        ClusterName cluster,
        ServiceName name,
        List<IpAddress> frontends,
        List<Port> ports,
        Policy policy,
        List<Backend> backends) {

    /**
     * @param name port name, empty if the Service has a single unnamed port
     * @param l4 protocol and service port
     */
    public record Port(String name, L4 l4) {}

    /**
     * @param affinity which clusters are preferred
     * @param shared whether the cluster's backends are exported to its peers
     */
    public record Policy(Affinity affinity, boolean shared) {}

    /** Conditions of an endpoint, folded to what a load balancer asks. */
    public enum State {
        /** Takes new connections. */
        ACTIVE,
        /** Serves, but takes new connections only if no active backend is left. */
        TERMINATING
    }

    /**
     * @param ip pod IP
     * @param ports target ports by port name
     * @param state whether it takes new connections
     * @param node the node that hosts it, empty if unknown
     * @param zone its zone, empty if unknown
     */
    public record Backend(IpAddress ip, Map<String, L4> ports, State state, String node, String zone) {
        public Backend {
            ports = java.util.Collections.unmodifiableMap(new TreeMap<>(ports));
        }
    }

    public MeshService {
        frontends = List.copyOf(frontends);
        ports = List.copyOf(ports);
        backends = List.copyOf(backends);
    }
}
