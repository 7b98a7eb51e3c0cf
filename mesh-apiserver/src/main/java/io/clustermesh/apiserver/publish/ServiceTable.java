package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubeEndpointSlice;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.apiserver.source.KubeServiceExport;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshService;
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

    private final OwnCluster cluster;
    private final Namespaces namespaces;
    private final Map<ServiceName, KubeService> services = new TreeMap<>();
    private final SliceTable slices;
    private final ServiceExportTable exports;
    private final Claims<IpAddress, ServiceName> addresses = new Claims<>();
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
        claim(name, service.clusterIps());
    }

    void deleteService(ServiceName name) {
        services.remove(name);
        claim(name, List.of());
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

    /** Looks at every touched service again. */
    void settle(Desired desired) {
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
            GlobalService settings = GlobalService.of(service);
            warnings.addAll(settings.warnings());
            if (settings.global() && service.type() != KubeService.Type.EXTERNAL_NAME && globalNamespace) {
                Collection<KubeEndpointSlice> parts = slices.of(name);
                List<IpAddress> frontends = frontends(service, name, warnings);
                MeshService record = ServiceRules.meshService(cluster, service, settings, frontends, parts);
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

    private List<IpAddress> frontends(KubeService service, ServiceName name, List<Warning> warnings) {
        List<IpAddress> frontends = new ArrayList<>();
        for (IpAddress ip : service.clusterIps()) {
            ServiceName owner = addresses.owner(ip).orElse(name);
            if (owner.equals(name)) {
                frontends.add(ip);
            } else {
                warnings.add(new Warning(
                        service.key().toString(),
                        "AddressTaken",
                        "cluster IP %s belongs to Service %s already and is left out here; give the services addresses of their own"
                                .formatted(ip, owner)));
            }
        }
        return frontends;
    }

    private void claim(ServiceName name, List<IpAddress> clusterIps) {
        touched.add(name);
        for (IpAddress ip : addresses.claim(name, clusterIps)) {
            addresses.owner(ip).ifPresent(touched::add);
        }
    }
}
