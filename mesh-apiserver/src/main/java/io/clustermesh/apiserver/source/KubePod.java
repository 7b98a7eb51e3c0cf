package io.clustermesh.apiserver.source;

import io.clustermesh.model.IpAddress;
import java.util.List;

/**
 * A Pod.
 *
 * @param meta its labels become its identity
 * @param placement where it runs
 * @param serviceAccount its service account
 * @param namedPorts the named ports of its containers
 */
public record KubePod(ObjectMeta meta, Placement placement, String serviceAccount, List<KubePort> namedPorts)
        implements KubeObject {

    /**
     * @param node the node that hosts it, empty while it waits for one
     * @param ips its addresses
     * @param hostNetwork it uses its node's addresses and has none of its own
     * @param finished it succeeded or failed; its addresses may belong to another pod by now
     */
    public record Placement(String node, List<IpAddress> ips, boolean hostNetwork, boolean finished) {
        public Placement {
            ips = List.copyOf(ips);
        }
    }

    public KubePod {
        namedPorts = List.copyOf(namedPorts);
    }

    @Override
    public Kind kind() {
        return Kind.POD;
    }
}
