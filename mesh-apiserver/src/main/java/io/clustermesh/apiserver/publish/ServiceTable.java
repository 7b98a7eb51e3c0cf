package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubeEndpointSlice;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.apiserver.source.KubeServiceExport;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.MeshService.Addresses;
import io.clustermesh.model.MeshService.Port;
import io.clustermesh.model.MeshService.Traffic;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Services with their slices and exports, and which of them must be looked at again. Owned by one thread. */
final class ServiceTable {

    /** With fewer backends nobody has to measure a record. */
    private static final int LARGE = 500;

    private final OwnCluster cluster;
    private final Namespaces namespaces;
    private final Map<ServiceName, KubeService> services = new TreeMap<>();
    private final SliceTable slices;
    private final ServiceExportTable exports;
    private final AddressClaims addresses = new AddressClaims();
    private Set<ClusterName> known = Set.of();
    private final Set<String> touchedNamespaces = new HashSet<>();
    private final Set<ServiceName> touched = new LinkedHashSet<>();

    ServiceTable(OwnCluster cluster, Namespaces namespaces) {
        this.cluster = cluster;
        this.namespaces = namespaces;
        this.slices = new SliceTable(cluster);
        this.exports = new ServiceExportTable(cluster);
    }

    void upsert(KubeService service) {
        ServiceName name =
                new ServiceName(service.meta().namespace(), service.meta().name());
        services.put(name, service);
        touched.addAll(addresses.claim(name, Optional.of(service)));
    }

    void deleteService(ServiceName name) {
        services.remove(name);
        touched.addAll(addresses.claim(name, Optional.empty()));
    }

    void upsert(KubeEndpointSlice slice) {
        touched.addAll(slices.upsert(slice));
    }

    void deleteSlice(ObjectKey key) {
        touched.addAll(slices.delete(key));
    }

    void upsert(KubeServiceExport export) {
        touched.add(exports.upsert(export));
    }

    void deleteExport(ServiceName name) {
        exports.delete(name);
        touched.add(name);
    }

    /** Something about namespace {@code name} changed. */
    void touchNamespace(String name) {
        touchedNamespaces.add(name);
    }

    /** The clusters of the mesh, which annotations may name. */
    void known(Set<ClusterName> clusters) {
        if (!known.equals(clusters)) {
            known = Set.copyOf(clusters);
            services.forEach((name, service) -> {
                if (service.meta().annotations().keySet().stream()
                        .anyMatch(key -> key.startsWith(BalancingAnnotations.PREFIX))) {
                    touched.add(name);
                }
            });
        }
    }

    /** Looks at every touched service again. */
    void settle(Desired desired) {
        touched.addAll(slices.servicesWith(addresses.drainChanged()));
        if (!touchedNamespaces.isEmpty()) {
            Stream.concat(services.keySet().stream(), exports.names().stream())
                    .filter(service -> touchedNamespaces.contains(service.namespace()))
                    .forEach(touched::add);
            touchedNamespaces.clear();
        }
        for (ServiceName name : touched) {
            settle(name, desired);
        }
        touched.clear();
        slices.settleGone(desired);
    }

    private void settle(ServiceName name, Desired desired) {
        Optional<byte[]> mesh = Optional.empty();
        Optional<byte[]> exported = Optional.empty();
        List<Warning> warnings = new ArrayList<>();
        boolean shared = false;
        boolean globalNamespace = namespaces.isGlobal(name.namespace());
        KubeService service = services.get(name);
        if (service != null) {
            GlobalService settings = GlobalService.of(service, known);
            warnings.addAll(settings.warnings());
            if (settings.global() && service.type() != KubeService.Type.EXTERNAL_NAME && globalNamespace) {
                Collection<KubeEndpointSlice> parts = slices.of(name);
                MeshService record = record(name, service, settings, warnings);
                mesh = Optional.of(MeshServiceCodec.encode(record));
                shared = settings.shared();
                if (shared && cluster.exports().mode().services()) {
                    exported = Optional.of(ServiceCodec.encode(ServiceRules.record(cluster, service, record, parts)));
                }
            }
        }
        Optional<ServiceName> subject = Optional.of(name);
        desired.set(new Edit(Topic.MESH_SERVICES, Keys.meshService(cluster.name(), name), mesh, subject));
        desired.set(new Edit(Topic.SERVICES, Keys.service(cluster.name(), name), exported, subject));
        slices.settle(name, shared, desired);
        exports.settle(name, Optional.ofNullable(service), globalNamespace, desired);
        desired.warn("Service " + name, warnings);
    }

    private MeshService record(ServiceName name, KubeService service, GlobalService settings, List<Warning> warnings) {
        Addresses granted = addresses.granted(service, name, warnings);
        List<Port> ports = addresses.ports(service, name, warnings);
        Traffic traffic = TrafficRules.of(service, warnings);
        BackendRules backends = BackendRules.of(service, slices.of(name), addresses::isClusterIp, warnings);
        while (true) {
            MeshService record = ServiceRules.meshService(cluster, name, settings, traffic, granted, ports, backends);
            int count = backends.backends().size();
            // long names and many ports can make records large long before there are many backends
            int bytes = count < LARGE ? 0 : MeshServiceCodec.encode(record).length;
            if (bytes <= BackendRules.MAX_BYTES) {
                return record;
            }
            int fits = (int) ((long) count * BackendRules.MAX_BYTES / bytes) - 1;
            warnings.removeIf(warning -> warning.reason().equals("TooManyBackends"));
            backends = backends.atMost(Math.max(LARGE / 2, fits), service.key().toString(), warnings);
        }
    }
}
