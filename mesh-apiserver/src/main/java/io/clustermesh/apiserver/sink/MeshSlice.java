package io.clustermesh.apiserver.sink;

import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.Port;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress.Family;
import java.util.Comparator;
import java.util.List;

/**
 * An EndpointSlice of ours: some backends that one peer has of a service.
 *
 * @param name unique in its namespace
 * @param group what its endpoints share
 * @param owner uid of the Service that it belongs to, with which the API server's own clean-up removes it
 * @param endpoints its endpoints
 */
record MeshSlice(String name, Group group, String owner, List<Endpoint> endpoints) {

    /** The most endpoints of one slice, as Kubernetes' own controller and Cilium's operator have it. */
    static final int MAX_ENDPOINTS = 100;

    /**
     * What all endpoints of a slice have in common.
     *
     * @param cluster whose backends they are
     * @param family of their addresses
     * @param ports sorted
     */
    record Group(ClusterName cluster, Family family, List<Port> ports) {
        Group {
            ports = ports.stream()
                    .sorted(Comparator.comparing(Port::name)
                            .thenComparing(Port::l4)
                            .thenComparing(Port::appProtocol))
                    .toList();
        }
    }

    MeshSlice {
        endpoints = List.copyOf(endpoints);
    }
}
