package io.clustermesh.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A global service as its own cluster's agents see it, at {@code clustermesh/state/services/v1/<cluster>/<ns>/<name>}:
 * what Cilium's format cannot say (affinity, weights, conditions and node of each backend) stands here. Only local agents
 * read it; peers read the {@link ServiceRecord}.
 *
 * @param cluster the cluster itself
 * @param name namespace and name
 * @param addresses where clients reach it
 * @param ports the Service's ports
 * @param policy how backends are chosen
 * @param backends the cluster's own backends
 * @param unready how many endpoints serve nobody now, as capacity that is missing; told only if the service asks for it
 */
public record MeshService(
        ClusterName cluster,
        ServiceName name,
        Addresses addresses,
        List<Port> ports,
        Policy policy,
        List<Backend> backends,
        Unready unready) {

    /**
     * Where clients reach a service, besides its node ports.
     *
     * @param clusterIps both families; none for a headless service
     * @param externals external IPs and load balancer IPs, for clients on the nodes
     */
    public record Addresses(List<IpAddress> clusterIps, List<IpAddress> externals) {
        public Addresses {
            clusterIps = List.copyOf(clusterIps);
            externals = List.copyOf(externals);
        }

        /** All of them, cluster IPs first. */
        public List<IpAddress> all() {
            List<IpAddress> all = new ArrayList<>(clusterIps);
            all.addAll(externals);
            return all;
        }
    }

    /** How many endpoints of each family, {@code ipv4} and {@code ipv6}, should serve and do not. */
    public record Unready(int ipv4, int ipv6) {

        /** Everybody serves. */
        public static final Unready NONE = new Unready(0, 0);

        /** @throws IllegalArgumentException for negative numbers */
        public Unready {
            if (ipv4 < 0 || ipv6 < 0) {
                throw new IllegalArgumentException("%d and %d unready endpoints".formatted(ipv4, ipv6));
            }
        }

        /** How many have addresses of {@code family}. */
        public int of(IpAddress.Family family) {
            return switch (family) {
                case IPV4 -> ipv4;
                case IPV6 -> ipv6;
            };
        }
    }

    /**
     * @param name port name, empty if the Service has a single unnamed port
     * @param l4 protocol and service port
     * @param nodePort port on every node's own addresses, 0 for none
     */
    public record Port(String name, L4 l4, int nodePort) {

        /** @throws IllegalArgumentException for a node port outside 0..65535 */
        public Port {
            if (nodePort < 0 || nodePort > 65_535) {
                throw new IllegalArgumentException("node port %d is outside 0..65535".formatted(nodePort));
            }
        }

        /** A port that is not on the nodes. */
        public Port(String name, L4 l4) {
            this(name, l4, 0);
        }
    }

    /**
     * @param affinity which clusters are preferred
     * @param shared whether the cluster's backends are exported to its peers
     * @param balancing how connections are divided among clusters
     * @param traffic which backends a client may or should use
     */
    public record Policy(Affinity affinity, boolean shared, Balancing balancing, Traffic traffic) {

        /** Nothing but Cilium's settings. */
        public Policy(Affinity affinity, boolean shared) {
            this(affinity, shared, Balancing.DEFAULT, Traffic.DEFAULT);
        }
    }

    /**
     * The Service's own rules.
     *
     * @param affinitySeconds how long a client stays with its backend (session affinity ClientIP), 0 for not at all
     * @param localOnly only backends on the client's own node ({@code internalTrafficPolicy: Local})
     * @param nearness which backends are preferred ({@code trafficDistribution})
     */
    public record Traffic(int affinitySeconds, boolean localOnly, Nearness nearness) {

        /** The longest session affinity, as the Kubernetes API's: a day. */
        public static final int MAX_AFFINITY_SECONDS = 86_400;

        /** Everybody alike. */
        public static final Traffic DEFAULT = new Traffic(0, false, Nearness.ANY);

        /** @throws IllegalArgumentException for a session affinity outside 0..86400 s */
        public Traffic {
            if (affinitySeconds < 0 || affinitySeconds > MAX_AFFINITY_SECONDS) {
                throw new IllegalArgumentException(
                        "session affinity of %d s is outside 0..%d s".formatted(affinitySeconds, MAX_AFFINITY_SECONDS));
            }
        }
    }

    /** How far away the preferred backends may be. */
    public enum Nearness {
        /** Anywhere. */
        ANY,
        /** In the client's zone, while there are any ({@code PreferClose}, {@code PreferSameZone}). */
        ZONE,
        /** On the client's node, else in its zone, while there are any ({@code PreferSameNode}). */
        NODE
    }

    /** Conditions of an endpoint, folded to what a load balancer asks. */
    public enum State {
        /** Takes new connections. */
        ACTIVE,
        /** Serves, but takes new connections only if no active backend is left. */
        TERMINATING
    }

    /**
     * Where a backend is.
     *
     * @param node the node that hosts it, empty if unknown
     * @param zone its zone, empty if unknown
     * @param forZones the zones that should use it (topology hints); none if all may
     */
    public record Place(String node, String zone, List<String> forZones) {
        public Place {
            forZones = List.copyOf(forZones);
        }
    }

    /**
     * @param ip pod IP
     * @param ports target ports by port name
     * @param state whether it takes new connections
     * @param place where it is
     * @param weight its share beside the cluster's other backends, 1 or more
     */
    public record Backend(IpAddress ip, Map<String, L4> ports, State state, Place place, int weight) {

        /** @throws IllegalArgumentException for a weight outside 1..65535 */
        public Backend {
            // one port is what nearly all have, and there are many backends
            ports = ports.size() == 1 ? Map.copyOf(ports) : Collections.unmodifiableMap(new TreeMap<>(ports));
            if (weight < 1 || weight > Balancing.MAX_BACKEND_WEIGHT) {
                throw new IllegalArgumentException(
                        "weight %d of backend %s is outside 1..%d; leave the backend out instead of 0"
                                .formatted(weight, ip, Balancing.MAX_BACKEND_WEIGHT));
            }
        }

        /** A backend of the usual weight without topology hints. */
        public Backend(IpAddress ip, Map<String, L4> ports, State state, String node, String zone) {
            this(ip, ports, state, new Place(node, zone, List.of()), Balancing.BACKEND_WEIGHT);
        }

        /** The node that hosts it, empty if unknown. */
        public String node() {
            return place.node;
        }

        /** Its zone, empty if unknown. */
        public String zone() {
            return place.zone;
        }
    }

    public MeshService {
        ports = List.copyOf(ports);
        backends = List.copyOf(backends);
    }

    /** A service with cluster IPs only, all of whose endpoints serve. */
    public MeshService(
            ClusterName cluster,
            ServiceName name,
            List<IpAddress> frontends,
            List<Port> ports,
            Policy policy,
            List<Backend> backends) {
        this(cluster, name, new Addresses(frontends, List.of()), ports, policy, backends, Unready.NONE);
    }

    /** Cluster IPs (both families), none for a headless service. */
    public List<IpAddress> frontends() {
        return addresses.clusterIps;
    }
}
