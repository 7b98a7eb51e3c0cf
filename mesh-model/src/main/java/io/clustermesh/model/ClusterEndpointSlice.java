package io.clustermesh.model;

import io.clustermesh.model.IpAddress.Family;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A part of the endpoints of a shared global service as its cluster exports it, at {@code
 * cilium/state/endpointslices/v1/<cluster>/<ns>/<slice>} (Cilium 1.20, {@code ClusterEndpointSlice}). Other than a
 * {@link ServiceRecord} it says which endpoints are on their way out.
 *
 * @param origin whose slice it is
 * @param meta the EndpointSlice's labels and annotations
 * @param family the family of all its addresses
 * @param endpoints its endpoints
 * @param ports the ports of every endpoint; names may repeat for different protocols
 */
public record ClusterEndpointSlice(
        Origin origin, Meta meta, Family family, List<Endpoint> endpoints, List<Port> ports) {

    /** The label that names the Service of a slice. */
    public static final String SERVICE_LABEL = "kubernetes.io/service-name";

    /** The annotation that weighs a slice's backends; 0 takes them out of service (Cilium 1.20). */
    public static final String WEIGHT_ANNOTATION = "service.cilium.io/weight";

    /**
     * @param cluster the exporting cluster
     * @param clusterId its id
     * @param namespace the slice's namespace
     * @param name the slice's name, not its Service's
     */
    public record Origin(ClusterName cluster, ClusterId clusterId, String namespace, String name) {

        /** @throws IllegalArgumentException if a part is empty or holds a slash, which would forge another key */
        public Origin {
            if (namespace.isEmpty() || name.isEmpty() || namespace.indexOf('/') >= 0 || name.indexOf('/') >= 0) {
                throw new IllegalArgumentException(
                        "endpoint slice name \"%s/%s\" needs a namespace and a name without '/'"
                                .formatted(namespace, name));
            }
        }
    }

    /** What hangs on a slice: {@code labels} and {@code annotations}. */
    public record Meta(Map<String, String> labels, Map<String, String> annotations) {
        public Meta {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }
    }

    /**
     * @param addresses interchangeable addresses of the endpoint
     * @param conditions whether it takes traffic
     * @param hostname of a pod with a stable name, else empty
     * @param topology where it is
     */
    public record Endpoint(
            List<IpAddress> addresses, Conditions conditions, String hostname, EndpointTopology topology) {
        public Endpoint {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Conditions with the Kubernetes API's defaults filled in: not saying "ready" means ready, not saying "serving" means
     * as "ready" says, not saying "terminating" means that it isn't.
     *
     * @param ready takes new connections
     * @param serving answers, though it may be on its way out
     * @param terminating on its way out
     */
    public record Conditions(boolean ready, boolean serving, boolean terminating) {}

    /**
     * @param node the node that hosts the endpoint, empty if unknown
     * @param zone its zone, empty if unknown
     * @param forZones the zones that should use it (topology hints); none if all may
     */
    public record EndpointTopology(String node, String zone, List<String> forZones) {
        public EndpointTopology {
            forZones = List.copyOf(forZones);
        }
    }

    /**
     * @param name port name, may be empty
     * @param l4 protocol and target port
     * @param appProtocol what is spoken on it, may be empty
     */
    public record Port(String name, L4 l4, String appProtocol) {}

    /** @throws IllegalArgumentException for an address of another family */
    public ClusterEndpointSlice {
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
        for (Endpoint endpoint : endpoints) {
            for (IpAddress ip : endpoint.addresses) {
                if (ip.family() != family) {
                    throw new IllegalArgumentException(
                            "address %s is not of the slice's addressType %s".formatted(ip, family));
                }
            }
        }
    }

    /** The Service whose endpoints these are, if the slice says so. */
    public Optional<ServiceName> service() {
        String service = meta.labels.getOrDefault(SERVICE_LABEL, "");
        return service.isEmpty() || service.indexOf('/') >= 0
                ? Optional.empty()
                : Optional.of(new ServiceName(origin.namespace, service));
    }

    /** The weight of its backends by its annotation, 0 to 65535; empty without one, or with one that is no such number. */
    public OptionalInt weight() {
        return weight(meta.annotations);
    }

    /** What {@link #weight()} reads. */
    public static OptionalInt weight(Map<String, String> annotations) {
        String text = annotations.getOrDefault(WEIGHT_ANNOTATION, "").trim();
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalInt.empty();
        }
        int weight = Integer.parseInt(text);
        return weight > Balancing.MAX_BACKEND_WEIGHT ? OptionalInt.empty() : OptionalInt.of(weight);
    }
}
