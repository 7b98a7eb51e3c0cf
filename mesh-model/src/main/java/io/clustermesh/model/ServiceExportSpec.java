package io.clustermesh.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service that a cluster exports by MCS-API (KEP-1645), at {@code
 * cilium/state/serviceexports/v1/<cluster>/<ns>/<name>} (Cilium {@code MCSAPIServiceSpec}). What clusters disagree on is
 * settled by the oldest export.
 *
 * @param cluster the exporting cluster
 * @param name namespace and name, those of the Service and of the ServiceExport
 * @param created when the ServiceExport was created; empty counts as oldest
 * @param exported what the ServiceExport adds
 * @param spec what the Service is
 */
public record ServiceExportSpec(
        ClusterName cluster, ServiceName name, Optional<Instant> created, Exported exported, Spec spec) {

    /** Labels and annotations that the ServiceExport hands on; not those of the Service. */
    public record Exported(Map<String, String> labels, Map<String, String> annotations) {
        public Exported {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }
    }

    /**
     * The Service, in the words of the Kubernetes API; a reader keeps words that it does not know.
     *
     * @param type {@code ClusterSetIP} or {@code Headless}
     * @param ports its ports
     * @param affinity whether a client stays with its backend
     * @param ipFamilies {@code IPv4}, {@code IPv6}
     * @param traffic which backends are preferred
     */
    public record Spec(
            String type, List<Port> ports, SessionAffinity affinity, List<String> ipFamilies, Traffic traffic) {

        /** Type of a service with an address in every cluster. */
        public static final String CLUSTER_SET_IP = "ClusterSetIP";

        /** Type of a service without one. */
        public static final String HEADLESS = "Headless";

        public Spec {
            ports = List.copyOf(ports);
            ipFamilies = List.copyOf(ipFamilies);
        }
    }

    /**
     * @param name port name, may be empty
     * @param l4 protocol and service port
     * @param appProtocol what is spoken on it, may be empty
     */
    public record Port(String name, L4 l4, String appProtocol) {}

    /**
     * @param kind {@code None}, {@code ClientIP} or empty
     * @param timeoutSeconds how long a client stays, if it is said
     */
    public record SessionAffinity(String kind, Optional<Integer> timeoutSeconds) {}

    /**
     * @param internalPolicy {@code Cluster} or {@code Local}
     * @param distribution {@code PreferClose}, {@code PreferSameZone}, {@code PreferSameNode} or empty
     */
    public record Traffic(String internalPolicy, String distribution) {}
}
