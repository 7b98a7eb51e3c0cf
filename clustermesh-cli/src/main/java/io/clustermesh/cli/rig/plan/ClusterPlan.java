package io.clustermesh.cli.rig.plan;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import java.nio.file.Path;
import java.util.List;

/**
 * A cluster of the rig.
 *
 * @param name unique in the rig
 * @param id unique in the rig, from 1
 * @param netns namespace of its control plane: etcd, mesh-apiserver, identity-allocator
 * @param home the cluster's home directory
 * @param network its addresses
 * @param nodes at least one
 */
public record ClusterPlan(
        ClusterName name, ClusterId id, String netns, Path home, Network network, List<NodePlan> nodes) {

    /**
     * @param control addresses of the control plane
     * @param gateway the router's addresses on this cluster's underlay
     * @param pods everything pods may have
     * @param services everything services may have
     */
    public record Network(Dual control, Dual gateway, DualCidr pods, DualCidr services) {}

    public ClusterPlan {
        nodes = List.copyOf(nodes);
    }

    /** What peers connect to. */
    public String endpoint() {
        return "https://%s:2379".formatted(network.control().v4());
    }

    /** The node with {@code shortName}, for example {@code n1}; empty if there is none. */
    public java.util.Optional<NodePlan> node(String shortName) {
        return nodes.stream()
                .filter(n -> n.shortName().equals(shortName) || n.name().equals(shortName))
                .findFirst();
    }

    /** The unix socket of the admin API of {@code process} ({@code mesh-apiserver}, {@code n1-node-sync}). */
    public Path socket(String process) {
        return home.resolve("run").resolve(process + ".sock");
    }
}
