package io.clustermesh.cli.rig;

import io.clustermesh.cli.rig.linux.Cgroup;
import io.clustermesh.cli.rig.linux.Netns;
import io.clustermesh.cli.rig.linux.ProcessTable;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.NodePlan;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.cli.rig.workload.PodRecord;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the parts of a rig live on this machine: namespaces and cgroups, or nothing of the kind in a rig without the
 * kernel's data plane.
 *
 * @param plan the rig
 * @param cgroupMount where cgroups of version 2 are mounted; empty if the rig does not use them
 */
record Surroundings(RigPlan plan, Optional<Path> cgroupMount) {

    static Surroundings of(RigPlan plan) {
        return new Surroundings(
                plan, plan.options().dataPlane() == DataPlane.KERNEL ? Cgroup.mount() : Optional.empty());
    }

    boolean inKernel() {
        return plan.options().dataPlane() == DataPlane.KERNEL;
    }

    /** The cgroup above all others of this rig. */
    Optional<Cgroup> root() {
        return cgroupMount.map(mount -> new Cgroup(mount.resolve("clustermesh").resolve(plan.name())));
    }

    /** The cgroup of processes that are no pods; nothing is attached to it. */
    Optional<Cgroup> agents() {
        return root().map(root -> new Cgroup(root.path().resolve("agents")));
    }

    /** The cgroup of a node: the eBPF programs of its node-sync see what is in it. */
    Optional<Cgroup> node(NodePlan node) {
        return root().map(root -> new Cgroup(root.path().resolve(node.name())));
    }

    Optional<Cgroup> pod(NodePlan node, PodRecord pod) {
        return node(node)
                .map(parent ->
                        new Cgroup(parent.path().resolve("pod-" + pod.owner().namespace() + "-" + pod.name())));
    }

    /** The namespace of a pod. */
    Netns podNetns(NodePlan node, PodRecord pod) {
        return new Netns(node.netns() + "-" + pod.owner().namespace() + "-" + pod.name());
    }

    /** For a process of the control plane or a node. */
    ProcessTable.Place agentIn(String netns) {
        return new ProcessTable.Place(inKernel() ? Optional.of(new Netns(netns)) : Optional.empty(), agents());
    }

    /** For a process in a pod. */
    ProcessTable.Place inPod(NodePlan node, PodRecord pod) {
        return new ProcessTable.Place(inKernel() ? Optional.of(podNetns(node, pod)) : Optional.empty(), pod(node, pod));
    }

    /** The folder of the node's pinned maps and links, on the bpffs. */
    Path pins(NodePlan node) {
        return pins().resolve(node.name());
    }

    /** The folder of all the rig's pins. */
    Path pins() {
        return Path.of("/sys/fs/bpf/clustermesh").resolve(plan.name());
    }

    /** Where etcd serves clients, on 127.0.0.1: without namespaces, all clusters share that address. */
    int etcdPort(ClusterPlan cluster) {
        return inKernel() ? 2378 : 23_780 + cluster.id().value();
    }

    /** A pod's process in the process table. */
    static String processName(ClusterPlan cluster, PodRecord pod) {
        return cluster.name() + "." + pod.owner().namespace() + "." + pod.name();
    }
}
