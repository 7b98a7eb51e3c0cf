package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService.Place;
import io.clustermesh.model.MeshService.Unready;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.ServiceRecord.Zone;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The backends that one peer exports for one service, whichever form they came in. The legacy record knows backends
 * and their zones only; slices also tell
 * which of them are on their way out, which are missing, and what they weigh.
 *
 * @param cluster the peer
 * @param clusterId its id
 * @param backends its backends by address
 * @param unready how many endpoints serve nobody now; legacy records don't tell of any
 */
public record PeerService(ClusterName cluster, ClusterId clusterId, Map<IpAddress, Backend> backends, Unready unready) {

    /**
     * @param ports target ports by port name
     * @param state whether it takes new connections
     * @param place where it is
     * @param weight its share beside the peer's other backends, 1 or more
     */
    public record Backend(Map<String, L4> ports, State state, Place place, int weight) {
        public Backend {
            ports = Map.copyOf(ports);
        }

        private Backend and(Backend other) {
            Map<String, L4> all = new TreeMap<>(other.ports);
            all.putAll(ports);
            return new Backend(all, state.compareTo(other.state) <= 0 ? state : other.state, place, weight);
        }
    }

    private static final Place NOWHERE = new Place("", "", List.of());

    /** What the legacy record says. */
    public static PeerService of(ServiceRecord service) {
        Map<IpAddress, Backend> backends = new TreeMap<>();
        service.backends().forEach((ip, ports) -> {
            Zone zone = service.meta().zones().get(ip);
            Place place = zone == null ? NOWHERE : new Place("", zone.name(), zone.forZones());
            backends.put(ip, new Backend(ports, State.ACTIVE, place, Balancing.BACKEND_WEIGHT));
        });
        return new PeerService(service.cluster(), service.clusterId(), backends, Unready.NONE);
    }

    /**
     * What the slices of one service say together; empty without a slice. An address in several slices, as happens while
     * slices are rewritten, is one backend in its best state. Weight 0 takes a slice's endpoints out; a weight that is no
     * number from 0 to 65535 is the usual one.
     */
    public static Optional<PeerService> of(Collection<ClusterEndpointSlice> slices) {
        if (slices.isEmpty()) {
            return Optional.empty();
        }
        Map<IpAddress, Backend> backends = new TreeMap<>();
        Set<IpAddress> unready = new HashSet<>();
        for (ClusterEndpointSlice slice : slices) {
            int weight = slice.weight().orElse(Balancing.BACKEND_WEIGHT);
            if (weight == 0) {
                continue;
            }
            Map<String, L4> ports = new TreeMap<>();
            slice.ports().forEach(port -> ports.put(port.name(), port.l4()));
            for (Endpoint endpoint : slice.endpoints()) {
                Optional<State> state = state(endpoint);
                if (state.isEmpty() && !endpoint.conditions().terminating()) {
                    unready.addAll(endpoint.addresses());
                }
                EndpointTopology where = endpoint.topology();
                Place place = new Place(where.node(), where.zone(), where.forZones());
                state.ifPresent(known -> endpoint.addresses()
                        .forEach(ip -> backends.merge(ip, new Backend(ports, known, place, weight), Backend::and)));
            }
        }
        unready.removeAll(backends.keySet());
        ClusterEndpointSlice.Origin origin = slices.iterator().next().origin();
        int ipv4 = (int) unready.stream()
                .filter(ip -> ip.family() == IpAddress.Family.IPV4)
                .count();
        return Optional.of(new PeerService(
                origin.cluster(), origin.clusterId(), backends, new Unready(ipv4, unready.size() - ipv4)));
    }

    private static Optional<State> state(Endpoint endpoint) {
        if (endpoint.conditions().ready()) {
            return Optional.of(State.ACTIVE);
        }
        return endpoint.conditions().serving() ? Optional.of(State.TERMINATING) : Optional.empty();
    }
}
