package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.ServiceRecord;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The backends that one peer exports for one service, whichever form they came in. The legacy record knows backends
 * only; slices also tell which of them are on their way out.
 *
 * @param cluster the peer
 * @param clusterId its id
 * @param backends its backends by address
 */
public record PeerService(ClusterName cluster, ClusterId clusterId, Map<IpAddress, Backend> backends) {

    /**
     * @param ports target ports by port name
     * @param state whether it takes new connections
     */
    public record Backend(Map<String, L4> ports, State state) {
        public Backend {
            ports = Map.copyOf(ports);
        }

        private Backend and(Backend other) {
            Map<String, L4> all = new TreeMap<>(other.ports);
            all.putAll(ports);
            return new Backend(all, state.compareTo(other.state) <= 0 ? state : other.state);
        }
    }

    /** What the legacy record says. */
    public static PeerService of(ServiceRecord service) {
        Map<IpAddress, Backend> backends = new TreeMap<>();
        service.backends().forEach((ip, ports) -> backends.put(ip, new Backend(ports, State.ACTIVE)));
        return new PeerService(service.cluster(), service.clusterId(), backends);
    }

    /**
     * What the slices of one service say together; empty without a slice. An address in several slices, as happens while
     * slices are rewritten, is one backend in its best state. Weight 0 takes a slice's endpoints out; other weights are
     * not looked at.
     */
    public static Optional<PeerService> of(Collection<ClusterEndpointSlice> slices) {
        if (slices.isEmpty()) {
            return Optional.empty();
        }
        Map<IpAddress, Backend> backends = new TreeMap<>();
        for (ClusterEndpointSlice slice : slices) {
            if ("0".equals(slice.meta().annotations().get(ClusterEndpointSlice.WEIGHT_ANNOTATION))) {
                continue;
            }
            Map<String, L4> ports = new TreeMap<>();
            slice.ports().forEach(port -> ports.put(port.name(), port.l4()));
            for (Endpoint endpoint : slice.endpoints()) {
                state(endpoint)
                        .ifPresent(state -> endpoint.addresses()
                                .forEach(ip -> backends.merge(ip, new Backend(ports, state), Backend::and)));
            }
        }
        ClusterEndpointSlice.Origin origin = slices.iterator().next().origin();
        return Optional.of(new PeerService(origin.cluster(), origin.clusterId(), backends));
    }

    private static Optional<State> state(Endpoint endpoint) {
        if (endpoint.conditions().ready()) {
            return Optional.of(State.ACTIVE);
        }
        return endpoint.conditions().serving() ? Optional.of(State.TERMINATING) : Optional.empty();
    }
}
