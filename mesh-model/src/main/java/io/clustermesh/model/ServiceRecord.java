package io.clustermesh.model;

import java.util.List;
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
     * @param zones topology by pod IP, for backends with a zone
     * @param hostnames host names by pod IP, for backends with one (StatefulSets)
     * @param shared always true when exported
     */
    public record Meta(
            Map<String, String> labels,
            Map<String, String> selector,
            Map<IpAddress, Zone> zones,
            Map<IpAddress, String> hostnames,
            boolean shared) {

        public Meta {
            labels = Map.copyOf(labels);
            selector = Map.copyOf(selector);
            zones = Map.copyOf(zones);
            hostnames = Map.copyOf(hostnames);
        }

        /** Of a shared service without a word about any backend. */
        public static Meta of(Map<String, String> labels, Map<String, String> selector) {
            return new Meta(labels, selector, Map.of(), Map.of(), true);
        }
    }

    /**
     * Where a backend is.
     *
     * @param name its zone
     * @param forZones the zones that should use it (topology hints); none if all may
     */
    public record Zone(String name, List<String> forZones) {
        public Zone {
            forZones = List.copyOf(forZones);
        }
    }

    public ServiceRecord {
        frontends = copy(frontends);
        backends = copy(backends);
    }

    /** Neighbours with equal ports share them, as nearly all backends of a service do: hundreds of thousands are held. */
    private static Map<IpAddress, Map<String, L4>> copy(Map<IpAddress, Map<String, L4>> ports) {
        Map<IpAddress, Map<String, L4>> copy = new TreeMap<>();
        Map<String, L4> last = Map.of();
        for (Map.Entry<IpAddress, Map<String, L4>> entry : ports.entrySet()) {
            if (!last.equals(entry.getValue())) {
                last = java.util.Collections.unmodifiableMap(new TreeMap<>(entry.getValue()));
            }
            copy.put(entry.getKey(), last);
        }
        return java.util.Collections.unmodifiableMap(copy);
    }
}
