package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubeService;
import io.clustermesh.apiserver.source.KubeServiceExport;
import io.clustermesh.model.Keys;
import io.clustermesh.model.ServiceExportSpec;
import io.clustermesh.model.ServiceExportSpec.Port;
import io.clustermesh.model.ServiceExportSpec.Spec;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.codec.ServiceExportCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * ServiceExports of MCS-API. One is published while its Service exists, is no ExternalName, and its namespace is
 * global; the Service needs no annotation. Owned by one thread.
 */
final class ServiceExportTable {

    private final OwnCluster cluster;
    private final Map<ServiceName, KubeServiceExport> exports = new HashMap<>();

    ServiceExportTable(OwnCluster cluster) {
        this.cluster = cluster;
    }

    /** Takes in an export; the Service to be looked at again. */
    ServiceName upsert(KubeServiceExport export) {
        ServiceName name =
                new ServiceName(export.meta().namespace(), export.meta().name());
        exports.put(name, export);
        return name;
    }

    void delete(ServiceName name) {
        exports.remove(name);
    }

    Set<ServiceName> names() {
        return exports.keySet();
    }

    /** Publishes the export of {@code name}, or takes it back. */
    void settle(ServiceName name, Optional<KubeService> service, boolean globalNamespace, Desired desired) {
        KubeServiceExport export = exports.get(name);
        Optional<byte[]> value = Optional.empty();
        List<Warning> warnings = List.of();
        if (export != null && cluster.exports().serviceExports() && globalNamespace) {
            Optional<Warning> obstacle = obstacle(export, service);
            warnings = obstacle.map(List::of).orElse(List.of());
            value = service.filter(exists -> obstacle.isEmpty())
                    .map(exported -> ServiceExportCodec.encode(record(name, export, exported)));
        }
        desired.set(
                new Edit(Topic.SERVICE_EXPORTS, Keys.serviceExport(cluster.name(), name), value, Optional.of(name)));
        desired.warn("ServiceExport " + name, warnings);
    }

    /** In MCS-API's words: the reasons of the condition "Valid". */
    private static Optional<Warning> obstacle(KubeServiceExport export, Optional<KubeService> service) {
        String subject = export.key().toString();
        if (service.isEmpty()) {
            return Optional.of(new Warning(
                    subject,
                    "NoService",
                    "has no Service of its name and namespace and is not published; create the Service or"
                            + " delete the export"));
        }
        return service.get().type() == KubeService.Type.EXTERNAL_NAME
                ? Optional.of(new Warning(
                        subject,
                        "ServiceType",
                        "names an ExternalName Service, which has nothing to export; delete the export"))
                : Optional.empty();
    }

    private ServiceExportSpec record(ServiceName name, KubeServiceExport export, KubeService service) {
        KubeService.Rules rules = service.rules();
        return new ServiceExportSpec(
                cluster.name(),
                name,
                export.meta().creation().at(),
                export.exported(),
                new Spec(
                        service.type() == KubeService.Type.HEADLESS ? Spec.HEADLESS : Spec.CLUSTER_SET_IP,
                        service.ports().stream()
                                .map(port -> new Port(port.name(), port.l4(), port.appProtocol()))
                                .toList(),
                        rules.affinity(),
                        rules.ipFamilies(),
                        rules.traffic()));
    }
}
