package io.clustermesh.apiserver.source;

import io.clustermesh.model.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * A part of the endpoints of a Service.
 *
 * @param meta names the slice, not the Service
 * @param endpoints its endpoints; none if the slice holds DNS names
 * @param ports the ports of every endpoint; several may share a name if their protocols differ
 */
public record KubeEndpointSlice(ObjectMeta meta, List<Endpoint> endpoints, List<KubePort> ports) implements KubeObject {

    /** The label that names the Service of a slice. */
    public static final String SERVICE_LABEL = "kubernetes.io/service-name";

    /**
     * @param addresses interchangeable addresses of the endpoint
     * @param conditions whether it takes traffic
     * @param node the node that hosts it, empty if unknown
     * @param zone its zone, empty if unknown
     */
    public record Endpoint(List<IpAddress> addresses, Conditions conditions, String node, String zone) {
        public Endpoint {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Conditions with the API's defaults filled in: not saying "ready" means ready, not saying "serving" means as
     * "ready" says.
     *
     * @param ready takes new connections
     * @param serving answers, though it may be on its way out
     * @param terminating on its way out
     */
    public record Conditions(boolean ready, boolean serving, boolean terminating) {}

    public KubeEndpointSlice {
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
    }

    /** The name of the Service in the slice's namespace. */
    public Optional<String> service() {
        return Optional.ofNullable(meta.labels().get(SERVICE_LABEL));
    }

    @Override
    public Kind kind() {
        return Kind.ENDPOINT_SLICE;
    }
}
