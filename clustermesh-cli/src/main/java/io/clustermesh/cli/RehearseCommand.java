package io.clustermesh.cli;

import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.store.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * What the launcher runs once, to write the AOT cache: uses, without touching anything, what commands and processes use
 * when they start, so that its classes come from the cache later. A class that can't be loaded is left out.
 */
@Command(name = "rehearse", hidden = true, description = "Makes the launcher's cache worth having.")
final class RehearseCommand implements Callable<Integer> {

    /** Entry points whose start is worth being fast. */
    private static final List<String> CLASSES = List.of(
            "io.clustermesh.cli.echo.EchoServer",
            "io.clustermesh.cli.rig.Rig",
            "io.clustermesh.cli.rig.Workloads",
            "io.clustermesh.cli.rig.Components",
            "io.clustermesh.certs.ClusterPki",
            "io.clustermesh.store.admin.AdminServer",
            "io.clustermesh.store.admin.AdminClient",
            "io.clustermesh.store.runtime.Metrics",
            "io.clustermesh.store.etcd.EtcdKvStore",
            "io.clustermesh.apiserver.MeshApiserver",
            "io.clustermesh.identity.IdentityAllocator",
            "io.clustermesh.nodesync.NodeSync",
            "io.clustermesh.bgp.BgpSpeaker",
            "io.vertx.core.Vertx",
            "io.grpc.netty.NettyServerBuilder",
            "io.grpc.netty.NettyChannelBuilder",
            "ch.qos.logback.classic.LoggerContext");

    @Override
    public Integer call() {
        for (String name : CLASSES) {
            try {
                Class<?> _ = Class.forName(name);
            } catch (ClassNotFoundException | LinkageError e) {
                // This build has no such class; the cache is then a little smaller.
            }
        }
        RigPlan plan = RigPlan.of(
                new RigOptions(
                        "rehearsal",
                        RigOptions.clusters("west,east"),
                        2,
                        io.clustermesh.cli.rig.plan.DataPlane.KERNEL,
                        RigOptions.DEFAULT_GRACE),
                Path.of("/nonexistent"));
        ClusterFile file = ClusterFile.read(
                Settings.of(
                        Path.of("/nonexistent/cluster.yaml"),
                        "name: west\nid: 1\npodCidrs: [10.1.0.0/16]\nserviceCidrs: [10.101.0.0/16]\nendpoint: https://10.0.0.1:2379\n"));
        Table table = new Table("A", "B").row(plan.name(), file.yaml());
        String usage = new CommandLine(new ClusterMesh()).getUsageMessage();
        return table.lines().isEmpty() && usage.isEmpty() ? 1 : 0;
    }
}
