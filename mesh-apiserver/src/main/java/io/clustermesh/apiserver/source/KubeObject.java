package io.clustermesh.apiserver.source;

import java.util.Set;

/** A Kubernetes object of one of the kinds that the mesh looks at. */
public sealed interface KubeObject
        permits CiliumEndpoint,
                CiliumIdentity,
                CiliumNode,
                KubeEndpointSlice,
                KubeNamespace,
                KubeNode,
                KubePod,
                KubeService,
                KubeServiceExport {

    /** Name, namespace, labels, annotations. */
    ObjectMeta meta();

    /** Its kind. */
    Kind kind();

    /** What tells it from every other object. */
    default ObjectKey key() {
        return new ObjectKey(kind(), meta().namespace(), meta().name());
    }

    /** The kinds, as the API calls them. */
    enum Kind {
        NAMESPACE("Namespace", false, "v1"),
        NODE("Node", false, "v1"),
        SERVICE("Service", true, "v1"),
        ENDPOINT_SLICE("EndpointSlice", true, "discovery.k8s.io/v1"),
        POD("Pod", true, "v1"),
        SERVICE_EXPORT("ServiceExport", true, "multicluster.x-k8s.io/v1alpha1", "multicluster.x-k8s.io/v1beta1"),
        CILIUM_IDENTITY("CiliumIdentity", false, "cilium.io/v2"),
        CILIUM_ENDPOINT("CiliumEndpoint", true, "cilium.io/v2"),
        CILIUM_NODE("CiliumNode", false, "cilium.io/v2");

        private final String text;
        private final boolean namespaced;
        private final Set<String> apiVersions;
        private final String apiVersion;

        Kind(String text, boolean namespaced, String... apiVersions) {
            this.text = text;
            this.namespaced = namespaced;
            this.apiVersions = Set.of(apiVersions);
            this.apiVersion = apiVersions[0];
        }

        /** The {@code kind} of a manifest. */
        public String text() {
            return text;
        }

        /** The {@code apiVersion} by which others are told of such an object. */
        public String apiVersion() {
            return apiVersion;
        }

        /** Whether a manifest of this kind may have that {@code apiVersion}. */
        public boolean hasVersion(String apiVersion) {
            return apiVersions.contains(apiVersion);
        }

        /** Whether objects of this kind live in a namespace. */
        public boolean namespaced() {
            return namespaced;
        }
    }
}
