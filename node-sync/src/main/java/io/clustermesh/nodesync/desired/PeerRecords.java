package io.clustermesh.nodesync.desired;

import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the peers export, in both forms. For a peer whose config says that it exports slices, the slices of a service
 * count as soon as there is one; until then, and for other peers, the legacy record does. So a mirror that is still
 * copying, or a peer that changes its mode, takes no backend out. Owned by the agent's thread.
 */
final class PeerRecords {

    /** A slice, wherever its service label points. */
    private record SliceKey(ClusterName cluster, String namespace, String name) {}

    /** One service of one peer. */
    private static final class Forms {
        private Optional<ServiceRecord> legacy = Optional.empty();
        private final Map<String, ClusterEndpointSlice> slices = new TreeMap<>();
    }

    private final Map<ServiceName, Map<ClusterName, Forms>> services = new TreeMap<>();
    private final Map<SliceKey, ServiceName> serviceOf = new HashMap<>();
    private final Set<ClusterName> exportingSlices = new HashSet<>();

    /** The peer exports slices, or does not; the services that change by that. */
    Set<ServiceName> exportsSlices(ClusterName peer, boolean slices) {
        boolean changed = slices ? exportingSlices.add(peer) : exportingSlices.remove(peer);
        Set<ServiceName> affected = new TreeSet<>();
        if (changed) {
            services.forEach((name, peers) -> {
                Forms forms = peers.get(peer);
                if (forms != null && !forms.slices.isEmpty()) {
                    affected.add(name);
                }
            });
        }
        return affected;
    }

    /** Takes a legacy record; whether that changes the service. */
    boolean put(ServiceRecord service) {
        Forms forms = forms(service.name(), service.cluster());
        boolean changed = !forms.legacy.equals(Optional.of(service));
        forms.legacy = Optional.of(service);
        return changed && !bySlices(service.cluster(), forms);
    }

    /** Forgets a legacy record; whether that changes the service. */
    boolean remove(ClusterName cluster, ServiceName name) {
        Optional<Forms> forms = find(name, cluster);
        if (forms.isEmpty() || forms.get().legacy.isEmpty()) {
            return false;
        }
        forms.get().legacy = Optional.empty();
        boolean changed = !bySlices(cluster, forms.get());
        dropIfEmpty(name, cluster, forms.get());
        return changed;
    }

    /** Takes a slice; the services that change by that: its own, and the one that it belonged to before. */
    Set<ServiceName> put(ClusterEndpointSlice slice) {
        ClusterName cluster = slice.origin().cluster();
        SliceKey key =
                new SliceKey(cluster, slice.origin().namespace(), slice.origin().name());
        Optional<ServiceName> service = slice.service();
        Set<ServiceName> changed = new TreeSet<>();
        if (!Optional.ofNullable(serviceOf.get(key)).equals(service)) {
            changed.addAll(removeSlice(key.cluster, key.namespace, key.name));
        }
        service.ifPresent(name -> {
            serviceOf.put(key, name);
            ClusterEndpointSlice before = forms(name, cluster).slices.put(key.name, slice);
            if (!slice.equals(before) && exportingSlices.contains(cluster)) {
                changed.add(name);
            }
        });
        return changed;
    }

    /** Forgets a slice; the service that changes by that. */
    Set<ServiceName> removeSlice(ClusterName cluster, String namespace, String slice) {
        ServiceName name = serviceOf.remove(new SliceKey(cluster, namespace, slice));
        if (name == null) {
            return Set.of();
        }
        find(name, cluster).ifPresent(forms -> {
            forms.slices.remove(slice);
            dropIfEmpty(name, cluster, forms);
        });
        return exportingSlices.contains(cluster) ? Set.of(name) : Set.of();
    }

    /** What each peer exports under {@code name}, by the form that counts. */
    List<PeerService> of(ServiceName name) {
        List<PeerService> peers = new ArrayList<>();
        services.getOrDefault(name, Map.of()).forEach((cluster, forms) -> {
            if (bySlices(cluster, forms)) {
                PeerService.of(forms.slices.values()).ifPresent(peers::add);
            } else {
                forms.legacy.map(PeerService::of).ifPresent(peers::add);
            }
        });
        return peers;
    }

    /** The services with a backend at one of {@code ips}, in whichever form. */
    Set<ServiceName> namesWith(Set<IpAddress> ips) {
        Set<ServiceName> names = new TreeSet<>();
        services.forEach((name, peers) -> {
            if (peers.values().stream().anyMatch(forms -> has(forms, ips))) {
                names.add(name);
            }
        });
        return names;
    }

    private static boolean has(Forms forms, Set<IpAddress> ips) {
        return forms.legacy.stream()
                        .anyMatch(record -> record.backends().keySet().stream().anyMatch(ips::contains))
                || forms.slices.values().stream()
                        .flatMap(slice -> slice.endpoints().stream())
                        .anyMatch(endpoint -> endpoint.addresses().stream().anyMatch(ips::contains));
    }

    Set<ServiceName> names() {
        return services.keySet();
    }

    /** Services of peers, each peer's counted once in whichever form. */
    int count() {
        return services.values().stream().mapToInt(Map::size).sum();
    }

    private boolean bySlices(ClusterName cluster, Forms forms) {
        return exportingSlices.contains(cluster) && !forms.slices.isEmpty();
    }

    private Forms forms(ServiceName name, ClusterName cluster) {
        return services.computeIfAbsent(name, n -> new TreeMap<>()).computeIfAbsent(cluster, c -> new Forms());
    }

    private Optional<Forms> find(ServiceName name, ClusterName cluster) {
        return Optional.ofNullable(services.getOrDefault(name, Map.of()).get(cluster));
    }

    private void dropIfEmpty(ServiceName name, ClusterName cluster, Forms forms) {
        if (forms.legacy.isEmpty() && forms.slices.isEmpty()) {
            services.computeIfPresent(name, (n, peers) -> {
                peers.remove(cluster);
                return peers.isEmpty() ? null : peers;
            });
        }
    }
}
