package io.clustermesh.apiserver.source.kubernetes;

import io.clustermesh.apiserver.source.KubeObject.Kind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A kind as the API serves it.
 *
 * @param kind which kind
 * @param group its API group, empty for the core
 * @param versions those that we can read, the best first
 * @param plural the last part of its path, and its name in RBAC rules
 * @param selection query parameters that choose objects, ready for a URL; may be empty
 * @param shape what is kept of an object
 */
record Resource(Kind kind, String group, List<String> versions, String plural, String selection, Shape shape) {

    /** Slices that are written from what peers say: taking them for ours would send every backend round the mesh. */
    private static final String NOT_OF_THE_MESH = "labelSelector="
            + encode("endpointslice.kubernetes.io/managed-by notin (%s,%s)"
                    .formatted("endpointslice-controller.clustermesh.io", "endpointslice-mesh-controller.cilium.io"));

    /** A pod that is over owns no address any more. */
    private static final String NOT_FINISHED =
            "fieldSelector=" + encode("status.phase!=Succeeded,status.phase!=Failed");

    /** Every kind that is read. */
    static final List<Resource> ALL = List.of(
            core(Kind.NAMESPACE, "namespaces", "", Shape.of("metadata.annotations")),
            core(Kind.NODE, "nodes", "", Shape.of("status.addresses", "spec.podCIDR", "spec.podCIDRs")),
            core(
                    Kind.SERVICE,
                    "services",
                    "",
                    Shape.of(
                            "metadata.annotations",
                            "metadata.creationTimestamp",
                            "spec",
                            "status.loadBalancer.ingress.ip")),
            new Resource(
                    Kind.ENDPOINT_SLICE,
                    "discovery.k8s.io",
                    List.of("v1"),
                    "endpointslices",
                    NOT_OF_THE_MESH,
                    Shape.of(
                            "metadata.annotations",
                            "addressType",
                            "endpoints.addresses",
                            "endpoints.conditions",
                            "endpoints.hostname",
                            "endpoints.nodeName",
                            "endpoints.zone",
                            "endpoints.hints",
                            "ports")),
            core(
                    Kind.POD,
                    "pods",
                    NOT_FINISHED,
                    Shape.of(
                            "spec.nodeName",
                            "spec.hostNetwork",
                            "spec.serviceAccountName",
                            "spec.containers.ports.name",
                            "spec.containers.ports.containerPort",
                            "spec.containers.ports.protocol",
                            "status.phase",
                            "status.podIP",
                            "status.podIPs")),
            new Resource(
                    Kind.SERVICE_EXPORT,
                    "multicluster.x-k8s.io",
                    List.of("v1beta1", "v1alpha1"),
                    "serviceexports",
                    "",
                    Shape.of("metadata.creationTimestamp", "spec")),
            cilium(Kind.CILIUM_IDENTITY, "ciliumidentities", Shape.of("security-labels")),
            cilium(
                    Kind.CILIUM_ENDPOINT,
                    "ciliumendpoints",
                    Shape.of("status.identity.id", "status.networking", "status.named-ports")),
            cilium(Kind.CILIUM_NODE, "ciliumnodes", Shape.of("spec.addresses", "spec.ipam.podCIDRs")));

    Resource {
        versions = List.copyOf(versions);
    }

    private static Resource core(Kind kind, String plural, String selection, Shape shape) {
        return new Resource(kind, "", List.of("v1"), plural, selection, shape);
    }

    private static Resource cilium(Kind kind, String plural, Shape shape) {
        return new Resource(kind, "cilium.io", List.of("v2"), plural, "", shape);
    }

    /** Whether its definition may be missing: then there are no such objects. */
    boolean optional() {
        return !group.isEmpty() && !group.endsWith(".k8s.io");
    }

    /** Where it is listed and watched, in {@code version}, ready for more query parameters. */
    String path(String version) {
        String root = group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
        return root + "/" + plural + "?" + (selection.isEmpty() ? "" : selection + "&");
    }

    /** What a cluster role must say for us to read it. */
    String rule() {
        return "apiGroups: [\"%s\"], resources: [\"%s\"], verbs: [\"list\", \"watch\"]".formatted(group, plural);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
