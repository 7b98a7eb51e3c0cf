package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.source.KubeEndpointSlice;
import io.clustermesh.apiserver.source.KubePort;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.MeshService.Backend;
import io.clustermesh.model.MeshService.State;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.ServiceRecord.Zone;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** From a global Service and its EndpointSlices to the two records about it. Pure. */
final class ServiceRules {

    private ServiceRules() {}

    /** What the cluster's own agents see. */
    static MeshService meshService(
            OwnCluster cluster,
            KubeService service,
            GlobalService settings,
            List<IpAddress> frontends,
            Collection<KubeEndpointSlice> slices) {
        return new MeshService(
                cluster.name(),
                new ServiceName(service.meta().namespace(), service.meta().name()),
                frontends,
                service.ports().stream()
                        .map(port -> new MeshService.Port(port.name(), port.l4()))
                        .toList(),
                new MeshService.Policy(settings.affinity(), settings.shared()),
                backends(slices));
    }

    /** What peers see: the same backends, without what Cilium's format cannot say. */
    static ServiceRecord record(
            OwnCluster cluster, KubeService service, MeshService mesh, Collection<KubeEndpointSlice> slices) {
        Map<String, L4> servicePorts = new TreeMap<>();
        mesh.ports().forEach(port -> servicePorts.put(port.name(), port.l4()));
        Map<IpAddress, Map<String, L4>> frontends = new HashMap<>();
        mesh.frontends().forEach(ip -> frontends.put(ip, servicePorts));
        Map<IpAddress, Map<String, L4>> backends = new HashMap<>();
        mesh.backends().forEach(backend -> backends.put(backend.ip(), backend.ports()));
        Map<IpAddress, Zone> zones = new HashMap<>();
        Map<IpAddress, String> hostnames = new HashMap<>();
        for (KubeEndpointSlice slice : slices) {
            for (Endpoint endpoint : slice.endpoints()) {
                EndpointTopology topology = endpoint.topology();
                for (IpAddress ip : endpoint.addresses()) {
                    if (!backends.containsKey(ip)) {
                        continue;
                    }
                    if (!topology.zone().isEmpty()) {
                        zones.putIfAbsent(ip, new Zone(topology.zone(), topology.forZones()));
                    }
                    if (!endpoint.hostname().isEmpty()) {
                        hostnames.putIfAbsent(ip, endpoint.hostname());
                    }
                }
            }
        }
        return new ServiceRecord(
                cluster.name(),
                cluster.id(),
                mesh.name(),
                frontends,
                backends,
                new ServiceRecord.Meta(service.meta().labels(), service.selector(), zones, hostnames, true));
    }

    /** Sorted by address. An address in several slices, as happens while slices are rewritten, is one backend. */
    private static List<Backend> backends(Collection<KubeEndpointSlice> slices) {
        Map<IpAddress, Backend> backends = new TreeMap<>();
        for (KubeEndpointSlice slice : slices) {
            Map<String, L4> ports = new TreeMap<>();
            for (KubePort port : slice.ports()) {
                ports.put(port.name(), port.l4());
            }
            for (Endpoint endpoint : slice.endpoints()) {
                Conditions conditions = endpoint.conditions();
                if (conditions.ready() || conditions.serving()) {
                    State state = conditions.ready() ? State.ACTIVE : State.TERMINATING;
                    for (IpAddress ip : endpoint.addresses()) {
                        backends.merge(
                                ip,
                                new Backend(
                                        ip,
                                        ports,
                                        state,
                                        endpoint.topology().node(),
                                        endpoint.topology().zone()),
                                ServiceRules::merge);
                    }
                }
            }
        }
        return List.copyOf(backends.values());
    }

    private static Backend merge(Backend one, Backend other) {
        Map<String, L4> ports = new TreeMap<>(other.ports());
        ports.putAll(one.ports());
        State state = one.state() == State.ACTIVE ? one.state() : other.state();
        return new Backend(
                one.ip(),
                ports,
                state,
                one.node().isEmpty() ? other.node() : one.node(),
                one.zone().isEmpty() ? other.zone() : one.zone());
    }
}
