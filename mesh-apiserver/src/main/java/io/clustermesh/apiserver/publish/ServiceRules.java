package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.source.KubeEndpointSlice;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.MeshService.Addresses;
import io.clustermesh.model.MeshService.Port;
import io.clustermesh.model.MeshService.Traffic;
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
            ServiceName name,
            GlobalService settings,
            Traffic traffic,
            Addresses addresses,
            List<Port> ports,
            BackendRules backends) {
        return new MeshService(
                cluster.name(),
                name,
                addresses,
                ports,
                new MeshService.Policy(settings.affinity(), settings.shared(), settings.balancing(), traffic),
                backends.backends(),
                // told only to those who ask, so that a pod that comes up costs no write in between
                settings.balancing().spilloverPercent() > 0 ? backends.unready() : MeshService.Unready.NONE);
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
}
