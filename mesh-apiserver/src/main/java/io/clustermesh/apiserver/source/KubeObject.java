package io.clustermesh.apiserver.source;

/** A Kubernetes object of one of the kinds that the mesh looks at. */
public sealed interface KubeObject permits KubeEndpointSlice, KubeNamespace, KubeNode, KubePod, KubeService {

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
        NAMESPACE("Namespace", "v1", false),
        NODE("Node", "v1", false),
        SERVICE("Service", "v1", true),
        ENDPOINT_SLICE("EndpointSlice", "discovery.k8s.io/v1", true),
        POD("Pod", "v1", true);

        private final String text;
        private final String apiVersion;
        private final boolean namespaced;

        Kind(String text, String apiVersion, boolean namespaced) {
            this.text = text;
            this.apiVersion = apiVersion;
            this.namespaced = namespaced;
        }

        /** The {@code kind} of a manifest. */
        public String text() {
            return text;
        }

        /** The {@code apiVersion} of a manifest. */
        public String apiVersion() {
            return apiVersion;
        }

        /** Whether objects of this kind live in a namespace. */
        public boolean namespaced() {
            return namespaced;
        }
    }
}
