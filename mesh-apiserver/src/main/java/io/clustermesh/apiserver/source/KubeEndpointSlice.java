package io.clustermesh.apiserver.source;

import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.IpAddress.Family;
import java.util.List;
import java.util.Optional;

/**
 * A part of the endpoints of a Service.
 *
 * @param meta names the slice, not the Service
 * @param family the family of its addresses; empty if the slice holds DNS names
 * @param endpoints its endpoints; none if the slice holds DNS names
 * @param ports the ports of every endpoint; several may share a name if their protocols differ
 */
public record KubeEndpointSlice(
        ObjectMeta meta, Optional<Family> family, List<Endpoint> endpoints, List<KubePort> ports)
        implements KubeObject {

    public KubeEndpointSlice {
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
    }

    /** The name of the Service in the slice's namespace. */
    public Optional<String> service() {
        return Optional.ofNullable(meta.labels().get(ClusterEndpointSlice.SERVICE_LABEL));
    }

    @Override
    public Kind kind() {
        return Kind.ENDPOINT_SLICE;
    }
}
