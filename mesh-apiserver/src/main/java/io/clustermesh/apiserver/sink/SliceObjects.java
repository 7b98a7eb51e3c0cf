package io.clustermesh.apiserver.sink;

import io.clustermesh.apiserver.sink.MeshSlice.Group;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Port;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Between {@link MeshSlice} and the API's EndpointSlice. Pure. */
final class SliceObjects {

    /** Who looks after a slice; other controllers leave it alone then, and our source does not read it. */
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";

    /** Our word there. */
    static final String US = "endpointslice-controller.clustermesh.io";

    /** Whose backends a slice holds (MCS-API). */
    static final String SOURCE_CLUSTER = "multicluster.kubernetes.io/source-cluster";

    /** The name of headless Services' slices carries over, so that DNS answers for them. */
    private static final String HEADLESS = "service.kubernetes.io/headless";

    private SliceObjects() {}

    static EndpointSlice object(ServiceName service, boolean headless, MeshSlice slice) {
        EndpointSliceBuilder object = new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(service.namespace())
                .withName(slice.name())
                .addToLabels(MANAGED_BY, US)
                .addToLabels(SOURCE_CLUSTER, slice.group().cluster().value())
                .addToLabels(ClusterEndpointSlice.SERVICE_LABEL, service.name())
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Service")
                        .withName(service.name())
                        .withUid(slice.owner())
                        .build())
                .endMetadata()
                .withAddressType(slice.group().family() == Family.IPV4 ? "IPv4" : "IPv6")
                .withPorts(
                        slice.group().ports().stream().map(SliceObjects::port).toList())
                .withEndpoints(
                        slice.endpoints().stream().map(SliceObjects::endpoint).toList());
        if (headless) {
            object.editMetadata().addToLabels(HEADLESS, "").endMetadata();
        }
        return object.build();
    }

    private static EndpointPort port(Port port) {
        return new EndpointPortBuilder()
                .withName(port.name())
                .withProtocol(port.l4().protocol().name())
                .withPort(port.l4().port())
                .withAppProtocol(port.appProtocol().isEmpty() ? null : port.appProtocol())
                .build();
    }

    private static Endpoint endpoint(ClusterEndpointSlice.Endpoint endpoint) {
        Conditions conditions = endpoint.conditions();
        return new EndpointBuilder()
                .withAddresses(
                        endpoint.addresses().stream().map(IpAddress::toString).toList())
                .withNewConditions(conditions.ready(), conditions.serving(), conditions.terminating())
                .withHostname(endpoint.hostname().isEmpty() ? null : endpoint.hostname())
                .withZone(
                        endpoint.topology().zone().isEmpty()
                                ? null
                                : endpoint.topology().zone())
                .build();
    }

    /** The Service that a slice belongs to. */
    static Optional<ServiceName> service(EndpointSlice object) {
        String name = labels(object).getOrDefault(ClusterEndpointSlice.SERVICE_LABEL, "");
        String namespace = object.getMetadata().getNamespace();
        return name.isEmpty() || namespace == null ? Optional.empty() : Optional.of(new ServiceName(namespace, name));
    }

    /** Empty if somebody has made something else of it, which is then written over or removed. */
    static Optional<MeshSlice> read(EndpointSlice object) {
        try {
            List<Port> ports = new ArrayList<>();
            for (EndpointPort port : object.getPorts()) {
                ports.add(new Port(
                        orEmpty(port.getName()),
                        new L4(
                                Protocol.valueOf(orEmpty(port.getProtocol())),
                                port.getPort() == null ? 0 : port.getPort()),
                        orEmpty(port.getAppProtocol())));
            }
            List<ClusterEndpointSlice.Endpoint> endpoints = new ArrayList<>();
            for (Endpoint endpoint : object.getEndpoints()) {
                endpoints.add(new ClusterEndpointSlice.Endpoint(
                        endpoint.getAddresses().stream().map(IpAddress::parse).toList(),
                        conditions(Optional.ofNullable(endpoint.getConditions())),
                        orEmpty(endpoint.getHostname()),
                        new EndpointTopology("", orEmpty(endpoint.getZone()), List.of())));
            }
            return Optional.of(new MeshSlice(
                    object.getMetadata().getName(),
                    new Group(
                            new ClusterName(labels(object).getOrDefault(SOURCE_CLUSTER, "")),
                            "IPv4".equals(object.getAddressType()) ? Family.IPV4 : Family.IPV6,
                            ports),
                    object.getMetadata().getOwnerReferences().stream()
                            .map(owner -> orEmpty(owner.getUid()))
                            .findFirst()
                            .orElse(""),
                    endpoints));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Conditions conditions(Optional<EndpointConditions> found) {
        boolean ready = found.map(EndpointConditions::getReady).orElse(true);
        return new Conditions(
                ready,
                found.map(EndpointConditions::getServing).orElse(ready),
                found.map(EndpointConditions::getTerminating).orElse(false));
    }

    private static Map<String, String> labels(EndpointSlice object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
