package io.clustermesh.model;

import java.util.Map;
import java.util.TreeMap;

/**
 * A shared global service as its cluster exports it, at {@code cilium/state/services/v1/<cluster>/<ns>/<name>} (Cilium
 * {@code ClusterService}).
 *
 * @param cluster the exporting cluster
 * @param clusterId its id
 * @param name namespace and name
 * @param frontends cluster IPs, each with its ports by name; none for a headless service
 * @param backends pod IPs, each with its ports by name
 * @param meta the rest
 */
public record ServiceRecord(
        ClusterName cluster,
        ClusterId clusterId,
        ServiceName name,
        Map<IpAddress, Map<String, L4>> frontends,
        Map<IpAddress, Map<String, L4>> backends,
        Meta meta) {

    /**
     * @param labels the Service's labels
     * @param selector the Service's selector
     * @param zones pod IP to zone, for backends with one
     * @param shared always true when exported
     */
    public record Meta(
            Map<String, String> labels, Map<String, String> selector, Map<IpAddress, String> zones, boolean shared) {

        public Meta {
            labels = Map.copyOf(labels);
            selector = Map.copyOf(selector);
            zones = Map.copyOf(zones);
        }
    }

    public ServiceRecord {
        frontends = copy(frontends);
        backends = copy(backends);
    }

    private static Map<IpAddress, Map<String, L4>> copy(Map<IpAddress, Map<String, L4>> ports) {
        Map<IpAddress, Map<String, L4>> copy = new TreeMap<>();
        ports.forEach((ip, byName) -> copy.put(ip, java.util.Collections.unmodifiableMap(new TreeMap<>(byName))));
        return java.util.Collections.unmodifiableMap(copy);
    }
}
