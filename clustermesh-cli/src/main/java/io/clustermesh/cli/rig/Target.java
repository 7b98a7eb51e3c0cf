package io.clustermesh.cli.rig;

import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.NodePlan;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.cli.rig.workload.PodRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a command is aimed at, by name:
 *
 * <pre>
 * router                          the router
 * west                            a cluster's control plane
 * west/etcd                       one of its processes
 * west/mesh-apiserver-0           one of several mesh-apiservers
 * west/n1                         a node
 * west/n1/node-sync               one of its processes
 * west/client, west/shop/client   a pod
 * </pre>
 */
public sealed interface Target {

    /** The namespace where all clusters meet. */
    record Router() implements Target {}

    /** @param cluster whose control plane */
    record Cluster(ClusterPlan cluster) implements Target {}

    /**
     * @param cluster the node's cluster
     * @param node the node
     */
    record Node(ClusterPlan cluster, NodePlan node) implements Target {}

    /**
     * @param cluster the pod's cluster
     * @param pod the pod
     */
    record Pod(ClusterPlan cluster, PodRecord pod) implements Target {}

    /** @param process its name in the process table, for example {@code west.etcd} */
    record Component(String process) implements Target {}

    /** Processes of each control plane. */
    static List<String> controlPlane(RigPlan plan) {
        List<String> names = new java.util.ArrayList<>(List.of("etcd"));
        names.addAll(plan.options().apiservers());
        names.add("identity-allocator");
        return names;
    }

    /** Processes of a node. */
    List<String> NODE = List.of("node-sync", "bgp");

    /**
     * Finds what {@code text} names.
     *
     * @param pods the pods of a cluster
     * @throws IllegalArgumentException naming what there is instead
     */
    static Target parse(RigPlan plan, Function<ClusterPlan, List<PodRecord>> pods, String text) {
        String[] parts = text.split("/", -1);
        if (parts[0].equals("router")) {
            return parts.length == 1 ? new Router() : new Component("router." + parts[1]);
        }
        ClusterPlan cluster = plan.cluster(parts[0])
                .orElseThrow(() ->
                        new IllegalArgumentException("\"%s\": there is no cluster \"%s\" in rig \"%s\", only %s"
                                .formatted(
                                        text,
                                        parts[0],
                                        plan.name(),
                                        plan.clusters().stream()
                                                .map(c -> c.name().value())
                                                .toList())));
        if (parts.length == 1) {
            return new Cluster(cluster);
        }
        if (parts.length == 2 && controlPlane(plan).contains(parts[1])) {
            return new Component(cluster.name() + "." + parts[1]);
        }
        Optional<NodePlan> node = cluster.node(parts[1]);
        if (node.isPresent() && parts.length == 2) {
            return new Node(cluster, node.get());
        }
        if (node.isPresent() && parts.length == 3 && NODE.contains(parts[2])) {
            return new Component(node.get().name() + "." + parts[2]);
        }
        String wanted = parts[parts.length - 1];
        List<PodRecord> all = pods.apply(cluster);
        return all.stream()
                .filter(pod -> pod.name().equals(wanted))
                .filter(pod -> parts.length == 2
                        || parts.length == 3 && pod.owner().namespace().equals(parts[1]))
                .findFirst()
                .<Target>map(pod -> new Pod(cluster, pod))
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"%s\" names nothing in cluster %s; there are the processes %s, the nodes %s (with %s) and the pods %s"
                                .formatted(
                                        text,
                                        cluster.name(),
                                        controlPlane(plan),
                                        cluster.nodes().stream()
                                                .map(NodePlan::shortName)
                                                .toList(),
                                        NODE,
                                        all.stream().map(PodRecord::fullName).toList())));
    }
}
