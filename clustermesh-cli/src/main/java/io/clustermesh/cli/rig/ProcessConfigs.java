package io.clustermesh.cli.rig;

import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.Dual;
import io.clustermesh.cli.rig.plan.NodePlan;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.model.IpAddress;
import java.nio.file.Path;

/** The configuration files of the rig's processes, as text. Paths in them are absolute. */
final class ProcessConfigs {

    private final Surroundings surroundings;

    ProcessConfigs(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Replicas share the cluster's address; the kernel gives each new connection to one of those that listen. */
    String apiserver(ClusterPlan cluster, String replica) {
        String host = surroundings.inKernel()
                ? "0.0.0.0"
                : cluster.network().control().v4().toString();
        boolean several = surroundings.plan().options().size().replicas() > 1;
        return "home: %s%nreplica: {name: %s}%napi: {host: %s%s}%netcd:%n%s"
                .formatted(cluster.home(), replica, host, several ? ", reusePort: true" : "", etcd(cluster));
    }

    /** Unused identities go after seconds, not half an hour: whoever watches a rig wants to see them go. */
    String allocator(ClusterPlan cluster) {
        return """
                cluster: {name: %s, id: %s, meshSize: 255}
                allocator: {collectInterval: 15s}
                etcd:
                %sadmin:
                  socket: %s
                """.formatted(cluster.name(), cluster.id(), etcd(cluster), cluster.socket("identity-allocator"));
    }

    private String etcd(ClusterPlan cluster) {
        return client("https://127.0.0.1:" + surroundings.etcdPort(cluster), cluster, "admin");
    }

    private static String client(String endpoint, ClusterPlan cluster, String leaf) {
        Path pki = cluster.home().resolve("pki");
        return """
                  endpoint: %s
                  trust: %s
                  certificate: %s
                  key: %s
                """.indent(2)
                .formatted(endpoint, pki.resolve("ca.crt"), pki.resolve(leaf + ".crt"), pki.resolve(leaf + ".key"));
    }

    String nodeSync(ClusterPlan cluster, NodePlan node) {
        String dataPlane = surroundings
                .node(node)
                .map(cgroup ->
                        "{kind: kernel, pin-dir: %s, cgroup: %s}".formatted(surroundings.pins(node), cgroup.path()))
                .orElse("{kind: memory}");
        Path pki = cluster.home().resolve("pki");
        return """
                node: %s
                cluster: {name: %s, id: %s}
                apiserver:
                  endpoints: [%s]
                  trust: %s
                  certificate: %s
                  key: %s
                data-plane: %s
                admin:
                  socket: %s
                """.formatted(
                        node.name(),
                        cluster.name(),
                        cluster.id(),
                        cluster.endpoint(),
                        pki.resolve("ca.crt"),
                        pki.resolve("local.crt"),
                        pki.resolve("local.key"),
                        dataPlane,
                        cluster.socket(node.shortName() + "-node-sync"));
    }

    String speaker(ClusterPlan cluster, NodePlan node) {
        return speaker(node.asn(), node.underlay(), cluster.socket(node.shortName() + "-bgp"))
                + "advertise: [\"%s\", \"%s\"]\n"
                        .formatted(node.pods().v4(), node.pods().v6())
                + "neighbors:\n"
                + neighbor(cluster.network().gateway().v4(), RigPlan.ROUTER_ASN, false);
    }

    /** It waits for the nodes' calls, and tells each what the others told; packets go to one address on every bridge. */
    String router(Path socket) {
        StringBuilder text =
                new StringBuilder(speaker(RigPlan.ROUTER_ASN, RigPlan.ROUTER_NEXT_HOP, socket)).append("neighbors:\n");
        for (ClusterPlan cluster : surroundings.plan().clusters()) {
            for (NodePlan node : cluster.nodes()) {
                text.append(neighbor(node.underlay().v4(), node.asn(), true));
            }
        }
        return text.toString();
    }

    private static String speaker(long asn, Dual address, Path socket) {
        return """
                asn: %d
                routerId: %s
                nextHop4: %s
                nextHop6: "%s"
                holdTime: 9s
                connectRetry: 1s
                convergence: 5s
                admin:
                  socket: %s
                """.formatted(asn, address.v4(), address.v4(), address.v6(), socket);
    }

    private static String neighbor(IpAddress address, long asn, boolean passive) {
        return "  - {address: %s, asn: %d, passive: %b}%n".formatted(address, asn, passive);
    }
}
