package io.clustermesh.apiserver.view;

import io.clustermesh.apiserver.cache.Entry;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Keys;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.store.admin.Problem;
import io.clustermesh.store.admin.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Behind {@code /v1/services}: the global services as this cluster's agents see them, joined from what the cluster says
 * of itself and what the mirrors keep of its peers. Sorted as their keys are, by {@code namespace/name} in byte order.
 */
final class Services {

    private final Mesh mesh;

    /**
     * @param name namespace and name
     * @param frontends cluster IPs in this cluster; none if it has no such service itself, or a headless one
     * @param ports service ports by name
     * @param affinity the annotation's word, empty if the cluster has no such service itself
     * @param shared whether its backends here are exported
     * @param clusters backends of each cluster, the own one first
     */
    record Row(
            ServiceName name,
            List<IpAddress> frontends,
            Map<String, L4> ports,
            String affinity,
            boolean shared,
            List<Cluster> clusters) {}

    /**
     * @param cluster which cluster
     * @param local whether it is our own
     * @param age since it was last heard of; empty if not known
     * @param backends its backends
     */
    record Cluster(ClusterName cluster, boolean local, Optional<Duration> age, List<Backend> backends) {}

    /**
     * @param ports target ports by port name
     * @param state {@code active} or {@code terminating}; a peer's are always {@code active}
     * @param node empty if unknown
     * @param zone empty if unknown
     */
    record Backend(IpAddress ip, Map<String, L4> ports, String state, String node, String zone) {}

    /** What one cluster has of one service. */
    private record Share(ClusterName cluster, byte[] value) {}

    Services(Mesh mesh) {
        this.mesh = mesh;
    }

    /** A page asks each cluster for one page at most, so its price does not depend on how many services there are. */
    Page<Row> list(Map<String, String> parameters) {
        PageRequest request = PageRequest.of(parameters);
        Moment moment = mesh.at(request);
        String after = request.after().map(PageRequest.Token::place).orElse("");
        Map<String, List<Share>> byName = new TreeMap<>();
        for (Map.Entry<ClusterName, String> part : prefixes(moment).entrySet()) {
            String prefix = part.getValue();
            for (Entry entry : moment.list(prefix, after.isEmpty() ? "" : prefix + after, request.limit() + 1)) {
                byName.computeIfAbsent(entry.key().substring(prefix.length()), name -> new ArrayList<>())
                        .add(new Share(part.getKey(), bytes(entry)));
            }
        }
        Map<ClusterName, Optional<Duration>> ages = mesh.ages();
        List<Row> rows = new ArrayList<>();
        int malformed = 0;
        String last = "";
        int taken = 0;
        for (Map.Entry<String, List<Share>> service : byName.entrySet()) {
            if (taken++ == request.limit()) {
                return new Page<>(
                        mesh.source(moment),
                        rows,
                        malformed,
                        Optional.of(new PageRequest.Token(moment.revision(), last).text()));
            }
            last = service.getKey();
            Optional<Row> row = join(service.getValue(), ages);
            row.ifPresent(rows::add);
            malformed += row.isEmpty() ? 1 : 0;
        }
        return new Page<>(mesh.source(moment), rows, malformed, Optional.empty());
    }

    Row get(Map<String, String> parameters) {
        ServiceName name =
                new ServiceName(parameters.getOrDefault("namespace", ""), parameters.getOrDefault("name", ""));
        Moment moment = mesh.now();
        List<Share> shares = new ArrayList<>();
        prefixes(moment)
                .forEach((cluster, prefix) ->
                        moment.get(prefix + name).ifPresent(entry -> shares.add(new Share(cluster, bytes(entry)))));
        return join(shares, mesh.ages())
                .orElseThrow(() -> new ProblemException(new Problem.NotFound(
                        "no cluster has a global service %s; annotate it with service.cilium.io/global: \"true\", /v1/services has those there are"
                                .formatted(name))));
    }

    /** Where each cluster's services are, the own cluster first. */
    private Map<ClusterName, String> prefixes(Moment moment) {
        Map<ClusterName, String> prefixes = new java.util.LinkedHashMap<>();
        prefixes.put(mesh.own().name(), Keys.meshServices(mesh.own().name()));
        moment.clustersBelow(Keys.CACHED_SERVICES)
                .forEach(cluster -> prefixes.put(cluster, Keys.CACHED_SERVICES + cluster + "/"));
        return prefixes;
    }

    private static byte[] bytes(Entry entry) {
        return entry.text().getBytes(StandardCharsets.UTF_8);
    }

    /** Nothing if no share can be read. */
    private Optional<Row> join(List<Share> shares, Map<ClusterName, Optional<Duration>> ages) {
        Optional<MeshService> local = Optional.empty();
        Optional<ServiceName> name = Optional.empty();
        List<Cluster> clusters = new ArrayList<>();
        for (Share share : shares) {
            Optional<Duration> age = ages.getOrDefault(share.cluster(), Optional.empty());
            if (share.cluster().equals(mesh.own().name())) {
                local = MeshServiceCodec.decode(share.value()).asOptional();
                local.ifPresent(service -> clusters.add(ownBackends(service, age)));
                name = local.map(MeshService::name);
            } else if (ServiceCodec.decode(share.value()) instanceof Decoded.Value<ServiceRecord>(var service)) {
                clusters.add(peerBackends(service, age));
                name = Optional.of(service.name());
            }
        }
        Map<String, L4> ports = new TreeMap<>();
        local.ifPresent(service -> service.ports().forEach(port -> ports.put(port.name(), port.l4())));
        Optional<MeshService> own = local;
        return name.map(service -> new Row(
                service,
                own.map(MeshService::frontends).orElse(List.of()),
                ports,
                own.map(it -> it.policy().affinity().text()).orElse(""),
                own.map(it -> it.policy().shared()).orElse(false),
                clusters));
    }

    private static Cluster ownBackends(MeshService service, Optional<Duration> age) {
        return new Cluster(
                service.cluster(),
                true,
                age,
                service.backends().stream()
                        .map(backend -> new Backend(
                                backend.ip(),
                                backend.ports(),
                                backend.state().name().toLowerCase(Locale.ROOT),
                                backend.node(),
                                backend.zone()))
                        .toList());
    }

    private static Cluster peerBackends(ServiceRecord service, Optional<Duration> age) {
        List<Backend> backends = new ArrayList<>();
        service.backends()
                .forEach((ip, ports) -> backends.add(new Backend(ip, ports, "active", "", zone(service, ip))));
        return new Cluster(service.cluster(), false, age, backends);
    }

    private static String zone(ServiceRecord service, IpAddress ip) {
        ServiceRecord.Zone zone = service.meta().zones().get(ip);
        return zone == null ? "" : zone.name();
    }
}
