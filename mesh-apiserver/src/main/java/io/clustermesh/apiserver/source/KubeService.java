package io.clustermesh.apiserver.source;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.ServiceExportSpec.SessionAffinity;
import io.clustermesh.model.ServiceExportSpec.Traffic;
import java.util.List;
import java.util.Map;

/**
 * A Service.
 *
 * @param meta its annotations say whether it is global
 * @param type whether it has addresses of its own
 * @param clusterIps its addresses, at most one of each family; none if it is headless or external
 * @param externals addresses outside the cluster: external IPs and those of its load balancer
 * @param ports its ports; names are unique
 * @param selector labels of its pods
 * @param rules how its traffic flows
 */
public record KubeService(
        ObjectMeta meta,
        Type type,
        List<IpAddress> clusterIps,
        List<IpAddress> externals,
        List<KubePort> ports,
        Map<String, String> selector,
        Rules rules)
        implements KubeObject {

    /** What stands behind a Service's name. */
    public enum Type {
        /** One address for all its backends. */
        CLUSTER_IP,
        /** No address: its name resolves to its backends. */
        HEADLESS,
        /** An alias of some other DNS name; no backends. */
        EXTERNAL_NAME
    }

    /**
     * How the traffic of a Service flows, with the API's defaults filled in.
     *
     * @param affinity whether a client stays with its backend
     * @param ipFamilies {@code IPv4}, {@code IPv6}; by its addresses if it doesn't say
     * @param traffic which backends are preferred
     * @param publishNotReady endpoints count as ready whatever their conditions say
     */
    public record Rules(SessionAffinity affinity, List<String> ipFamilies, Traffic traffic, boolean publishNotReady) {
        public Rules {
            ipFamilies = List.copyOf(ipFamilies);
        }
    }

    public KubeService {
        clusterIps = List.copyOf(clusterIps);
        externals = List.copyOf(externals);
        ports = List.copyOf(ports);
        selector = Map.copyOf(selector);
    }

    @Override
    public Kind kind() {
        return Kind.SERVICE;
    }
}
