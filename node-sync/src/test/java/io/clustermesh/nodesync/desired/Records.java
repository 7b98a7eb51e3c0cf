package io.clustermesh.nodesync.desired;

import io.clustermesh.model.Affinity;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Meta;
import io.clustermesh.model.ClusterEndpointSlice.Origin;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Records for tests, in few words. */
public final class Records {

    public static final ClusterName WEST = new ClusterName("west");
    public static final ClusterId WEST_ID = new ClusterId(1);
    public static final ServiceName CART = ServiceName.parse("shop/cart");

    private Records() {}

    public static L4 tcp(int port) {
        return new L4(Protocol.TCP, port);
    }

    public static IpAddress ip(String text) {
        return IpAddress.parse(text);
    }

    /** A service of cluster west: one port "http" 80 to 8080. */
    public static MeshService west(
            ServiceName name, Affinity affinity, String frontend, MeshService.Backend... backends) {
        return new MeshService(
                WEST,
                name,
                List.of(ip(frontend)),
                List.of(new MeshService.Port("http", tcp(80))),
                new MeshService.Policy(affinity, true),
                Arrays.asList(backends));
    }

    public static MeshService.Backend active(String ip) {
        return backend(ip, MeshService.State.ACTIVE);
    }

    public static MeshService.Backend ending(String ip) {
        return backend(ip, MeshService.State.TERMINATING);
    }

    private static MeshService.Backend backend(String ip, MeshService.State state) {
        return new MeshService.Backend(ip(ip), Map.of("http", tcp(8080)), state, "node-1", "");
    }

    /** What a peer exports: backends with port "http" 8080. */
    public static ServiceRecord peer(String cluster, int id, ServiceName name, String... ips) {
        Map<IpAddress, Map<String, L4>> backends = new TreeMap<>();
        for (String ip : ips) {
            backends.put(ip(ip), Map.of("http", tcp(8080)));
        }
        return peer(cluster, id, name, backends);
    }

    public static ServiceRecord peer(
            String cluster, int id, ServiceName name, Map<IpAddress, Map<String, L4>> backends) {
        return new ServiceRecord(
                new ClusterName(cluster),
                new ClusterId(id),
                name,
                Map.of(ip("10.200.0.1"), Map.of("http", tcp(80))),
                backends,
                ServiceRecord.Meta.of(Map.of(), Map.of()));
    }

    /** A slice of a peer's service, port "http" 8080; an address after a minus is on its way out. */
    public static ClusterEndpointSlice slice(String cluster, int id, String name, ServiceName service, String... ips) {
        return new ClusterEndpointSlice(
                new Origin(new ClusterName(cluster), new ClusterId(id), service.namespace(), name),
                new Meta(Map.of(ClusterEndpointSlice.SERVICE_LABEL, service.name()), Map.of()),
                IpAddress.Family.IPV4,
                Arrays.stream(ips).map(Records::endpoint).toList(),
                List.of(new ClusterEndpointSlice.Port("http", tcp(8080), "")));
    }

    private static Endpoint endpoint(String text) {
        boolean ending = text.startsWith("-");
        return new Endpoint(
                List.of(ip(ending ? text.substring(1) : text)),
                new Conditions(!ending, true, ending),
                "",
                new EndpointTopology("", "", List.of()));
    }

    /** What peers with such legacy records export. */
    public static List<PeerService> exported(Collection<ServiceRecord> services) {
        return services.stream().map(PeerService::of).toList();
    }

    /** Addresses of a slot's backends. */
    public static List<String> ips(DesiredSlot slot) {
        List<String> ips = new ArrayList<>();
        slot.backends().forEach(backend -> ips.add(backend.ip().toString()));
        return ips;
    }
}
