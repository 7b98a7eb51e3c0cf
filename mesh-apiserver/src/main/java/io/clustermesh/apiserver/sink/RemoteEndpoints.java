package io.clustermesh.apiserver.sink;

import io.clustermesh.apiserver.sink.MeshSlice.Group;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Port;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.ServiceRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The backends that peers have of one service, by what a slice's endpoints have in common. A peer's nodes and topology
 * hints mean nothing here and are left out. Owned by one thread.
 */
final class RemoteEndpoints {

    private final Map<Group, SortedMap<IpAddress, Endpoint>> groups = new HashMap<>();

    /** Adds what a peer's slice says, which knows conditions. */
    void add(ClusterEndpointSlice slice) {
        if (slice.weight().orElse(1) == 0) {
            return; // taken out of service
        }
        Group group = new Group(slice.origin().cluster(), slice.family(), slice.ports());
        for (Endpoint endpoint : slice.endpoints()) {
            for (IpAddress ip : endpoint.addresses()) {
                put(
                        group,
                        ip,
                        endpoint.conditions(),
                        endpoint.hostname(),
                        endpoint.topology().zone());
            }
        }
    }

    /** Adds what a peer's service record says: these backends serve. */
    void add(ClusterName cluster, ServiceRecord service) {
        service.backends().forEach((ip, named) -> {
            List<Port> ports = new ArrayList<>();
            named.forEach((name, l4) -> ports.add(new Port(name, l4, "")));
            ServiceRecord.Zone zone = service.meta().zones().get(ip);
            put(
                    new Group(cluster, ip.family(), ports),
                    ip,
                    new Conditions(true, true, false),
                    service.meta().hostnames().getOrDefault(ip, ""),
                    zone == null ? "" : zone.name());
        });
    }

    Map<Group, SortedMap<IpAddress, Endpoint>> groups() {
        return groups;
    }

    /** An address that stands in two slices, as while they are rewritten, is ready if it is in one of them. */
    private void put(Group group, IpAddress ip, Conditions conditions, String hostname, String zone) {
        Endpoint endpoint = new Endpoint(List.of(ip), conditions, hostname, new EndpointTopology("", zone, List.of()));
        groups.computeIfAbsent(group, g -> new TreeMap<>())
                .merge(ip, endpoint, (one, other) -> one.conditions().ready() ? one : other);
    }
}
