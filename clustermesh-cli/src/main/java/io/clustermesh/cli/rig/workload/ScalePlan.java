package io.clustermesh.cli.rig.workload;

import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.Dual;
import io.clustermesh.cli.rig.plan.NodePlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What changes when a workload shall have another number of pods.
 *
 * @param add pods to start
 * @param remove pods to end, the youngest numbers first
 */
public record ScalePlan(List<PodRecord> add, List<PodRecord> remove) {

    private static final int FIRST_HOST = 10;
    private static final int LAST_HOST = 250;

    public ScalePlan {
        add = List.copyOf(add);
        remove = List.copyOf(remove);
    }

    /**
     * Pods are named {@code <workload>-1} and so on and go round the nodes in turn. A new pod gets an address that was
     * not used for as long as possible, as in Kubernetes, where an old address soon belongs to nobody.
     *
     * @param existing all pods of the cluster
     * @param lastHost the host number given out last, on any node
     * @param replicas how many pods the workload shall have
     */
    public static ScalePlan of(
            ClusterPlan cluster, List<PodRecord> existing, PodRecord.Owner owner, int lastHost, int replicas) {
        List<PodRecord> own =
                existing.stream().filter(p -> p.owner().equals(owner)).toList();
        List<PodRecord> add = new ArrayList<>();
        List<PodRecord> remove = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (PodRecord pod : own) {
            int number = number(pod);
            if (pod.phase() == PodRecord.Phase.RUNNING && number <= replicas) {
                names.add(pod.name());
            } else {
                remove.add(pod);
            }
        }
        Set<String> used = new HashSet<>();
        existing.forEach(p -> used.add(p.place().node() + "." + p.place().host()));
        int host = lastHost;
        for (int number = 1; number <= replicas; number++) {
            String name = owner.workload() + "-" + number;
            if (names.contains(name)) {
                continue;
            }
            NodePlan node = cluster.nodes().get((number - 1) % cluster.nodes().size());
            host = nextHost(host, node, used);
            Dual address = node.pods().at(host);
            add.add(new PodRecord(
                    name,
                    owner,
                    new PodRecord.Place(node.index(), host, address.v4(), address.v6()),
                    PodRecord.Phase.STARTING));
        }
        return new ScalePlan(add, remove);
    }

    private static int nextHost(int last, NodePlan node, Set<String> used) {
        int host = last;
        for (int tried = FIRST_HOST; tried <= LAST_HOST; tried++) {
            host = host < FIRST_HOST || host >= LAST_HOST ? FIRST_HOST : host + 1;
            if (used.add(node.index() + "." + host)) {
                return host;
            }
        }
        throw new IllegalStateException("node %s has no free pod address".formatted(node.name()));
    }

    private static int number(PodRecord pod) {
        try {
            return Integer.parseInt(pod.name().substring(pod.name().lastIndexOf('-') + 1));
        } catch (NumberFormatException e) {
            return Integer.MAX_VALUE;
        }
    }
}
