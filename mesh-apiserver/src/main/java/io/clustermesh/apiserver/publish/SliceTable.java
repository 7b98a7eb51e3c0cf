package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.source.KubeEndpointSlice;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Meta;
import io.clustermesh.model.ClusterEndpointSlice.Origin;
import io.clustermesh.model.ClusterEndpointSlice.Port;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Keys;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.codec.EndpointSliceCodec;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** EndpointSlices by the Service that they belong to, and which of them are exported. Owned by one thread. */
final class SliceTable {

    private final OwnCluster cluster;
    private final Map<ServiceName, Map<String, KubeEndpointSlice>> slices = new HashMap<>();
    private final Map<ObjectKey, ServiceName> serviceOf = new HashMap<>();
    private final Map<ObjectKey, KubeEndpointSlice> exported = new HashMap<>();
    private final Set<ObjectKey> gone = new HashSet<>();

    SliceTable(OwnCluster cluster) {
        this.cluster = cluster;
    }

    /** Takes in a slice; the services to be looked at again. */
    Set<ServiceName> upsert(KubeEndpointSlice slice) {
        Set<ServiceName> touched = new HashSet<>(delete(slice.key()));
        slice.service().filter(service -> !service.isEmpty()).ifPresent(service -> {
            ServiceName name = new ServiceName(slice.meta().namespace(), service);
            serviceOf.put(slice.key(), name);
            slices.computeIfAbsent(name, n -> new TreeMap<>()).put(slice.meta().name(), slice);
            gone.remove(slice.key());
            touched.add(name);
        });
        return touched;
    }

    /** The slice is gone; the services to be looked at again. */
    Set<ServiceName> delete(ObjectKey key) {
        ServiceName name = serviceOf.remove(key);
        if (name == null) {
            return Set.of();
        }
        gone.add(key);
        slices.computeIfPresent(name, (n, all) -> {
            all.remove(key.name());
            return all.isEmpty() ? null : all;
        });
        return Set.of(name);
    }

    Collection<KubeEndpointSlice> of(ServiceName service) {
        return slices.getOrDefault(service, Map.of()).values();
    }

    /** The services with an endpoint at one of {@code ips}. */
    Set<ServiceName> servicesWith(Set<IpAddress> ips) {
        Set<ServiceName> found = new HashSet<>();
        if (!ips.isEmpty()) {
            slices.forEach((name, parts) -> {
                boolean any = parts.values().stream()
                        .flatMap(slice -> slice.endpoints().stream())
                        .anyMatch(endpoint -> endpoint.addresses().stream().anyMatch(ips::contains));
                if (any) {
                    found.add(name);
                }
            });
        }
        return found;
    }

    /** Exports the slices of {@code service}, or takes them back. A slice that has not changed is not encoded again. */
    void settle(ServiceName service, boolean shared, Desired desired) {
        boolean exports = shared && cluster.exports().mode().slices();
        for (KubeEndpointSlice slice : of(service)) {
            if (!exports) {
                if (exported.remove(slice.key()) != null) {
                    desired.set(edit(slice.key(), Optional.empty(), service));
                }
            } else if (exported.put(slice.key(), slice) != slice) {
                desired.set(edit(slice.key(), record(slice).map(EndpointSliceCodec::encode), service));
            }
        }
    }

    /** Takes back slices that are gone or belong to no Service any more. */
    void settleGone(Desired desired) {
        for (ObjectKey key : gone) {
            if (exported.remove(key) != null) {
                desired.set(new Edit(Topic.ENDPOINT_SLICES, stateKey(key), Optional.empty(), Optional.empty()));
            }
        }
        gone.clear();
    }

    private Edit edit(ObjectKey key, Optional<byte[]> value, ServiceName service) {
        return new Edit(Topic.ENDPOINT_SLICES, stateKey(key), value, Optional.of(service));
    }

    private String stateKey(ObjectKey key) {
        return Keys.endpointSlice(cluster.name(), key.namespace(), key.name());
    }

    /** Empty for a slice of DNS names, which readers refuse. */
    private Optional<ClusterEndpointSlice> record(KubeEndpointSlice slice) {
        List<Port> ports = slice.ports().stream()
                .map(port -> new Port(port.name(), port.l4(), port.appProtocol()))
                .toList();
        return slice.family()
                .map(family -> new ClusterEndpointSlice(
                        new Origin(
                                cluster.name(),
                                cluster.id(),
                                slice.meta().namespace(),
                                slice.meta().name()),
                        new Meta(slice.meta().labels(), slice.meta().annotations()),
                        family,
                        slice.endpoints(),
                        ports));
    }
}
