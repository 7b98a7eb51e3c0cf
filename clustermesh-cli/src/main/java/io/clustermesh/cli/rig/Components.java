package io.clustermesh.cli.rig;

import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.cli.rig.linux.ProcessTable;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.NodePlan;
import io.clustermesh.cli.rig.plan.RigPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processes of a rig that are no pods: which there are, how each is started, with which configuration. Stateless
 * but for the files it writes.
 */
final class Components {

    private static final String SERVER_JVM =
            "-XX:TieredStopAtLevel=1 -Xmx%dm -Xmn%dm -Xss512k -XX:ReservedCodeCacheSize=32m -XX:MaxMetaspaceSize=96m -XX:MaxDirectMemorySize=48m"
                    + " -Dio.netty.allocator.numDirectArenas=1 -Dio.netty.allocator.numHeapArenas=1"
                    + " -Dio.netty.allocator.chunkSize=1048576";

    private final RigPlan plan;
    private final Surroundings surroundings;
    private final Launcher launcher;

    Components(Surroundings surroundings, Launcher launcher) {
        this.plan = surroundings.plan();
        this.surroundings = surroundings;
        this.launcher = launcher;
    }

    /**
     * A process of the rig.
     *
     * @param spec how it is started
     * @param socket its admin API; empty for etcd, which has none
     */
    record Component(ProcessTable.Spec spec, Optional<Path> socket) {

        String name() {
            return spec.name();
        }
    }

    /** All of them, those that others wait for first. */
    List<Component> all() {
        List<Component> all = new ArrayList<>();
        plan.clusters().forEach(cluster -> all.add(etcd(cluster)));
        for (ClusterPlan cluster : plan.clusters()) {
            plan.options().apiservers().forEach(replica -> all.add(apiserver(cluster, replica)));
        }
        plan.clusters().forEach(cluster -> all.add(allocator(cluster)));
        if (surroundings.inKernel()) {
            all.add(router());
        }
        for (ClusterPlan cluster : plan.clusters()) {
            for (NodePlan node : cluster.nodes()) {
                all.add(nodeSync(cluster, node));
                if (surroundings.inKernel()) {
                    all.add(speaker(cluster, node));
                }
            }
        }
        return all;
    }

    private Component etcd(ClusterPlan cluster) {
        Path pki = cluster.home().resolve("pki");
        String client = "https://127.0.0.1:" + surroundings.etcdPort(cluster);
        String peer = "http://127.0.0.1:" + (surroundings.etcdPort(cluster) + 1000);
        List<String> command = List.of(
                "etcd",
                "--name=" + cluster.name(),
                "--data-dir=" + cluster.home().resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + cluster.name() + "=" + peer,
                "--cert-file=" + pki.resolve("etcd-server.crt"),
                "--key-file=" + pki.resolve("etcd-server.key"),
                "--trusted-ca-file=" + pki.resolve("ca.crt"),
                "--client-cert-auth",
                "--logger=zap",
                "--log-outputs=stderr");
        return new Component(
                new ProcessTable.Spec(
                        cluster.name() + ".etcd",
                        command,
                        Map.of(),
                        log(cluster, "etcd"),
                        surroundings.agentIn(cluster.netns())),
                Optional.empty());
    }

    private Component apiserver(ClusterPlan cluster, String replica) {
        return server(
                cluster, replica, cluster.netns(), 96, new ProcessConfigs(surroundings).apiserver(cluster, replica));
    }

    private Component allocator(ClusterPlan cluster) {
        return server(
                cluster,
                "identity-allocator",
                cluster.netns(),
                48,
                new ProcessConfigs(surroundings).allocator(cluster));
    }

    private Component nodeSync(ClusterPlan cluster, NodePlan node) {
        return server(
                cluster,
                node.shortName() + "-node-sync",
                node.netns(),
                48,
                new ProcessConfigs(surroundings).nodeSync(cluster, node));
    }

    private Component speaker(ClusterPlan cluster, NodePlan node) {
        return server(
                cluster,
                node.shortName() + "-bgp",
                node.netns(),
                32,
                new ProcessConfigs(surroundings).speaker(cluster, node));
    }

    private Component router() {
        Path folder = plan.directory().resolve("router");
        Path config = folder.resolve("conf").resolve("bgp.yaml");
        Path socket = folder.resolve("run").resolve("bgp.sock");
        AtomicFiles.write(config, new ProcessConfigs(surroundings).router(socket));
        return new Component(
                javaProcess(
                        "router.bgp",
                        "bgp",
                        config,
                        new Where(folder.resolve("log").resolve("bgp.log"), plan.routerNetns(), 32)),
                Optional.of(socket));
    }

    /** {@code file} is the process's name in the cluster's folders: {@code n1-node-sync}. */
    private Component server(ClusterPlan cluster, String file, String netns, int heapMegabytes, String yaml) {
        Path config = cluster.home().resolve("conf").resolve(file + ".yaml");
        AtomicFiles.write(config, yaml);
        String process = file.replaceFirst("^n[0-9]+-", "");
        String name = file.equals(process)
                ? cluster.name() + "." + process
                : cluster.name() + "-" + file.substring(0, file.indexOf('-')) + "." + process;
        return new Component(
                javaProcess(
                        name,
                        process.replaceFirst("-[0-9]$", ""),
                        config,
                        new Where(log(cluster, file), netns, heapMegabytes)),
                Optional.of(cluster.socket(file)));
    }

    private record Where(Path log, String netns, int heapMegabytes) {}

    private ProcessTable.Spec javaProcess(String name, String process, Path config, Where where) {
        return new ProcessTable.Spec(
                name,
                List.of(launcher.path().toString(), "run", process, "--config", config.toString()),
                Map.of(
                        "CLUSTERMESH_JVM_OPTS",
                        SERVER_JVM.formatted(where.heapMegabytes(), where.heapMegabytes() / 5),
                        // glibc gives every thread an arena otherwise, and keeps what it once held
                        "MALLOC_ARENA_MAX",
                        "2"),
                where.log(),
                surroundings.agentIn(where.netns()));
    }

    private static Path log(ClusterPlan cluster, String file) {
        return cluster.home().resolve("log").resolve(file + ".log");
    }
}
