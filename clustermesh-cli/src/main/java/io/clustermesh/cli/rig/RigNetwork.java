package io.clustermesh.cli.rig;

import io.clustermesh.cli.rig.linux.Netns;
import io.clustermesh.cli.rig.linux.Shell;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.Dual;
import io.clustermesh.cli.rig.plan.DualCidr;
import io.clustermesh.cli.rig.plan.NodePlan;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.model.ClusterId;
import java.util.ArrayList;
import java.util.List;

/**
 * The cables and switches of a rig. Only the underlay gets routes here; how to reach a pod on another node is what BGP
 * tells. Stateless.
 */
final class RigNetwork {

    private RigNetwork() {}

    /** The router's bridge for each cluster, and a cable from it to every control plane and node. */
    static void wireRouter(RigPlan plan) {
        List<String> lines = new ArrayList<>();
        for (ClusterPlan cluster : plan.clusters()) {
            String bridge = "c" + cluster.id();
            lines.add(
                    bridge(bridge, "02:42:ac:1e:%02x:01".formatted(cluster.id().value())));
            lines.add("addr add %s/24 dev %s"
                    .formatted(cluster.network().gateway().v4(), bridge));
            lines.add("addr add %s/64 dev %s nodad"
                    .formatted(cluster.network().gateway().v6(), bridge));
            lines.add("addr add %s/32 dev %s".formatted(RigPlan.ROUTER_NEXT_HOP.v4(), bridge));
            lines.add("addr add %s/128 dev %s nodad".formatted(RigPlan.ROUTER_NEXT_HOP.v6(), bridge));
            lines.add("link set %s up".formatted(bridge));
            cable(lines, bridge, bridge + "cp", cluster.netns());
            for (NodePlan node : cluster.nodes()) {
                cable(lines, bridge, bridge + node.shortName(), node.netns());
            }
        }
        new Netns(plan.routerNetns()).ip(lines.toArray(String[]::new));
    }

    /**
     * Without an address of its own a bridge takes the lowest of its ports', and changes it when a port goes: then all
     * others' neighbour caches are wrong for seconds.
     */
    private static String bridge(String name, String mac) {
        return "link add %s address %s type bridge mcast_snooping 0".formatted(name, mac);
    }

    private static void cable(List<String> lines, String bridge, String port, String netns) {
        lines.add("link add %s type veth peer name eth0 netns %s".formatted(port, netns));
        lines.add("link set %s master %s up".formatted(port, bridge));
    }

    /** The near end of a control plane's cable. */
    static void wireControlPlane(ClusterPlan cluster) {
        new Netns(cluster.netns()).ip(underlay(cluster.network().control(), cluster.network()));
    }

    /** The near end of a node's cable, and its bridge for pods. */
    static void wireNode(ClusterPlan cluster, NodePlan node) {
        List<String> lines = new ArrayList<>(List.of(underlay(node.underlay(), cluster.network())));
        lines.add(bridge("pods", "02:42:0a:%02x:%02x:01".formatted(cluster.id().value(), node.index())));
        lines.add("addr add %s/24 dev pods".formatted(node.bridge().v4()));
        lines.add("addr add %s/64 dev pods nodad".formatted(node.bridge().v6()));
        lines.add("link set pods up");
        new Netns(node.netns()).ip(lines.toArray(String[]::new));
    }

    private static String[] underlay(Dual own, ClusterPlan.Network network) {
        return new String[] {
            "addr add %s/24 dev eth0".formatted(own.v4()),
            "addr add %s/64 dev eth0 nodad".formatted(own.v6()),
            "link set eth0 up",
            "route add %s/32 dev eth0".formatted(RigPlan.ROUTER_NEXT_HOP.v4()),
            "route add %s/128 dev eth0".formatted(RigPlan.ROUTER_NEXT_HOP.v6()),
            "route add 172.30.0.0/16 via %s".formatted(network.gateway().v4()),
            "route add fd30::/16 via %s".formatted(network.gateway().v6())
        };
    }

    /** A pod's cable to its node's bridge, its addresses and its way out. */
    static void wirePod(NodePlan node, Netns pod, String port, Dual addresses) {
        new Netns(node.netns())
                .ip(
                        "link add %s type veth peer name eth0 netns %s".formatted(port, pod.name()),
                        "link set %s master pods up".formatted(port));
        pod.ip(
                "addr add %s/24 dev eth0".formatted(addresses.v4()),
                "addr add %s/64 dev eth0 nodad".formatted(addresses.v6()),
                "link set eth0 up",
                "route add default via %s".formatted(node.bridge().v4()),
                "route add default via %s".formatted(node.bridge().v6()));
    }

    /** Routes to other nodes' pods that {@code node} still lacks, of both families. */
    static List<String> missingRoutes(RigPlan plan, NodePlan node) {
        String routes = Shell.run(List.of("ip", "-4", "-n", node.netns(), "route"))
                + Shell.run(List.of("ip", "-6", "-n", node.netns(), "route"));
        List<String> known = routes.lines().map(line -> line.split(" ")[0]).toList();
        return plan.clusters().stream()
                .flatMap(cluster -> cluster.nodes().stream())
                .filter(other -> !other.equals(node))
                .flatMap(other -> other.pods().both().stream())
                .map(Object::toString)
                .filter(block -> !known.contains(block))
                .toList();
    }

    /** Throws away every packet between two clusters, in the router, silently as a cut cable does. */
    static void partition(RigPlan plan, ClusterPlan a, ClusterPlan b) {
        rules(plan, "add", a, b);
    }

    /** Undoes {@link #partition}. */
    static void heal(RigPlan plan, ClusterPlan a, ClusterPlan b) {
        rules(plan, "del", a, b);
    }

    /** Whether the two are parted now. */
    static boolean isPartitioned(RigPlan plan, ClusterPlan a, ClusterPlan b) {
        String rules = Shell.run(
                List.of("ip", "-n", plan.routerNetns(), "rule", "show", "priority", priority(a.id(), b.id())));
        return !rules.isBlank();
    }

    private static void rules(RigPlan plan, String verb, ClusterPlan a, ClusterPlan b) {
        String priority = priority(a.id(), b.id());
        for (String family : List.of("-4", "-6")) {
            for (List<ClusterPlan> way : List.of(List.of(a, b), List.of(b, a))) {
                for (String from : blocks(way.get(0), family)) {
                    for (String to : blocks(way.get(1), family)) {
                        Shell.run(List.of(
                                "ip",
                                family,
                                "-n",
                                plan.routerNetns(),
                                "rule",
                                verb,
                                "from",
                                from,
                                "to",
                                to,
                                "priority",
                                priority,
                                "blackhole"));
                    }
                }
            }
        }
    }

    private static List<String> blocks(ClusterPlan cluster, String family) {
        DualCidr pods = cluster.network().pods();
        return family.equals("-4")
                ? List.of("172.30.%s.0/24".formatted(cluster.id()), pods.v4().toString())
                : List.of("fd30:%s::/64".formatted(cluster.id()), pods.v6().toString());
    }

    private static String priority(ClusterId a, ClusterId b) {
        int low = Math.min(a.value(), b.value());
        int high = Math.max(a.value(), b.value());
        return String.valueOf(1000 + low * 100 + high);
    }
}
