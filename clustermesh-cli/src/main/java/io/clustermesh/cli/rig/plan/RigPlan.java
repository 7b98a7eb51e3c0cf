package io.clustermesh.cli.rig.plan;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every name and address of a rig, worked out from its options; nothing is touched.
 *
 * <pre>
 *                         router   172.30.c.1  fd30:c::1   AS 4200000000
 *            ┌──────────────┴───────────────┐
 *   west (c = 1)  172.30.1.0/24        east (c = 2)  172.30.2.0/24
 *   ├─ control plane  172.30.1.2       ├─ control plane  172.30.2.2
 *   ├─ west-n1        172.30.1.11      ├─ east-n1        172.30.2.11      AS 4200000000 + 1000 c + n
 *   │    pods 10.1.1.0/24              │    pods 10.2.1.0/24
 *   └─ west-n2 ...                     └─ east-n2 ...
 *   services 10.101.0.0/16             services 10.102.0.0/16
 * </pre>
 *
 * @param options what was asked for
 * @param directory the rig's state, for example {@code /run/clustermesh/rig}
 * @param clusters in the order of their ids
 */
public record RigPlan(RigOptions options, Path directory, List<ClusterPlan> clusters) {

    /** The router's AS number, the first private one of 4 bytes (RFC 6996). */
    public static final long ROUTER_ASN = 4_200_000_000L;

    /**
     * The router's address in its announcements. It stands on every bridge and every node has a route to it on its own
     * link, so that one next hop is right for all neighbours.
     */
    public static final Dual ROUTER_NEXT_HOP = Dual.parse("172.30.0.1", "fd30::1");

    public RigPlan {
        clusters = List.copyOf(clusters);
    }

    /** Plans a rig whose state lies in {@code base}/{@code name}. */
    public static RigPlan of(RigOptions options, Path base) {
        Path directory = base.resolve(options.name());
        List<ClusterPlan> clusters = new ArrayList<>();
        for (int i = 0; i < options.clusters().size(); i++) {
            clusters.add(cluster(options, directory, options.clusters().get(i), i + 1));
        }
        return new RigPlan(options, directory, clusters);
    }

    private static ClusterPlan cluster(RigOptions options, Path directory, ClusterName name, int id) {
        boolean kernel = options.dataPlane() == DataPlane.KERNEL;
        String underlay4 = (kernel ? "172.30." : "127.30.") + id + ".";
        String underlay6 = "fd30:" + id + "::";
        ClusterPlan.Network network = new ClusterPlan.Network(
                Dual.parse(underlay4 + 2, underlay6 + 2),
                Dual.parse(underlay4 + 1, underlay6 + 1),
                DualCidr.parse("10.%d.0.0/16".formatted(id), "fd10:%d::/32".formatted(id)),
                DualCidr.parse("10.%d.0.0/16".formatted(100 + id), "fd20:%d::/112".formatted(id)));
        List<NodePlan> nodes = new ArrayList<>();
        for (int n = 1; n <= options.size().nodes(); n++) {
            String node = name + "-n" + n;
            nodes.add(new NodePlan(
                    node,
                    n,
                    prefix(options.name()) + node,
                    Dual.parse(underlay4 + (10 + n), underlay6 + (10 + n)),
                    DualCidr.parse("10.%d.%d.0/24".formatted(id, n), "fd10:%d:%d::/64".formatted(id, n)),
                    ROUTER_ASN + 1000L * id + n));
        }
        return new ClusterPlan(
                name,
                new ClusterId(id),
                prefix(options.name()) + name,
                directory.resolve("clusters").resolve(name.value()),
                network,
                nodes);
    }

    /** What the names of all namespaces of rig {@code name} start with. */
    public static String prefix(String name) {
        return "cm-" + name + "-";
    }

    public String name() {
        return options.name();
    }

    /** The router's namespace. */
    public String routerNetns() {
        return prefix(name()) + "router";
    }

    /** The folder with every cluster's home. */
    public Path clustersDirectory() {
        return directory.resolve("clusters");
    }

    /** The cluster called {@code name}. */
    public Optional<ClusterPlan> cluster(String name) {
        return clusters.stream().filter(c -> c.name().value().equals(name)).findFirst();
    }

    /** The namespaces that exist before any pod: the router's, the clusters', the nodes'. */
    public List<String> namespaces() {
        List<String> names = new ArrayList<>(List.of(routerNetns()));
        for (ClusterPlan cluster : clusters) {
            names.add(cluster.netns());
            cluster.nodes().forEach(node -> names.add(node.netns()));
        }
        return names;
    }
}
