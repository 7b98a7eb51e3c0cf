package io.clustermesh.apiserver;

import io.clustermesh.apiserver.cache.Entry;
import io.clustermesh.apiserver.cache.KeySpan;
import io.clustermesh.apiserver.cache.RangeQuery;
import io.clustermesh.apiserver.cache.RangeResult;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
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
import io.clustermesh.store.sync.Freshness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What {@code /v1/services} shows: the global services as this cluster's agents see them, joined from what the cluster
 * says of itself and what the mirrors keep of its peers. Read from the watch cache when somebody asks.
 */
final class ServicesView {

    private final ClusterName own;
    private final WatchCache cache;
    private final Supplier<Map<ClusterName, Freshness>> peers;

    /**
     * @param name namespace and name
     * @param frontends cluster IPs in this cluster; none if it has no such service itself, or a headless one
     * @param ports service ports by name
     * @param affinity the annotation's word, empty if the cluster has no such service itself
     * @param shared whether its backends here are exported
     * @param clusters backends of each cluster, the own one first
     */
    record Service(
            ServiceName name,
            List<IpAddress> frontends,
            Map<String, L4> ports,
            String affinity,
            boolean shared,
            List<Cluster> clusters) {}

    /**
     * @param cluster which cluster
     * @param local whether it is our own
     * @param age since it was last heard of; zero for our own, empty if not known
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

    /** @param peers how fresh what we keep of each peer is */
    ServicesView(ClusterName own, WatchCache cache, Supplier<Map<ClusterName, Freshness>> peers) {
        this.own = own;
        this.cache = cache;
        this.peers = peers;
    }

    List<Service> services() {
        Optional<View> view = cache.view();
        if (view.isEmpty()) {
            return List.of();
        }
        Map<ServiceName, MeshService> local = new TreeMap<>();
        Map<ServiceName, List<Cluster>> clusters = new TreeMap<>();
        for (MeshService service : read(view.get(), Keys.meshServices(own), MeshServiceCodec::decode)) {
            local.put(service.name(), service);
            clusters.computeIfAbsent(service.name(), n -> new ArrayList<>()).add(ownBackends(service));
        }
        Map<ClusterName, Freshness> freshness = peers.get();
        for (ServiceRecord service : read(view.get(), Keys.CACHED_SERVICES, ServiceCodec::decode)) {
            clusters.computeIfAbsent(service.name(), n -> new ArrayList<>())
                    .add(peerBackends(service, Optional.ofNullable(freshness.get(service.cluster()))));
        }
        List<Service> services = new ArrayList<>();
        clusters.forEach((name, parts) -> services.add(join(name, Optional.ofNullable(local.get(name)), parts)));
        return services;
    }

    private static Service join(ServiceName name, Optional<MeshService> local, List<Cluster> clusters) {
        Map<String, L4> ports = new TreeMap<>();
        local.ifPresent(service -> service.ports().forEach(port -> ports.put(port.name(), port.l4())));
        return new Service(
                name,
                local.map(MeshService::frontends).orElse(List.of()),
                ports,
                local.map(service -> service.policy().affinity().text()).orElse(""),
                local.map(service -> service.policy().shared()).orElse(false),
                clusters);
    }

    private Cluster ownBackends(MeshService service) {
        return new Cluster(
                own,
                true,
                Optional.of(Duration.ZERO),
                service.backends().stream()
                        .map(backend -> new Backend(
                                backend.ip(),
                                backend.ports(),
                                backend.state().name().toLowerCase(Locale.ROOT),
                                backend.node(),
                                backend.zone()))
                        .toList());
    }

    private static Cluster peerBackends(ServiceRecord service, Optional<Freshness> freshness) {
        List<Backend> backends = new ArrayList<>();
        service.backends()
                .forEach((ip, ports) -> backends.add(new Backend(
                        ip, ports, "active", "", service.meta().zones().getOrDefault(ip, ""))));
        return new Cluster(service.cluster(), false, freshness.flatMap(Freshness::sinceLastSign), backends);
    }

    private static <T> Collection<T> read(View view, String prefix, Function<byte[], Decoded<T>> decode) {
        List<T> values = new ArrayList<>();
        if (view.range(RangeQuery.of(KeySpan.prefix(prefix))) instanceof RangeResult.Found found) {
            for (Entry entry : found.entries()) {
                decode.apply(entry.text().getBytes(StandardCharsets.UTF_8))
                        .asOptional()
                        .ifPresent(values::add);
            }
        }
        return values;
    }
}
