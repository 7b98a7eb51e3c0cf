package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.BpfCheck;
import io.clustermesh.cli.rig.Prerequisites;
import io.clustermesh.cli.rig.Rig;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.RigOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rig up}. */
@Command(
        name = "up",
        description = {
            "Builds and starts a rig, and waits until all of it is ready.",
            "Needs root, iproute2, etcd and eBPF; what is missing it says before anything is made."
        },
        footer = {
            "",
            "Then:  clustermesh connect west east",
            "       clustermesh rig exec west/client -- curl -s http://10.101.0.10"
        })
final class RigUpCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private RigName name = new RigName();

    @Option(
            names = "--clusters",
            paramLabel = "NAME,...",
            defaultValue = "west,east",
            description = "Clusters, ids count from 1 (default: ${DEFAULT-VALUE}).")
    private String clusters = "west,east";

    @Mixin
    private SizeOptions size = new SizeOptions();

    @Option(
            names = "--grace",
            paramLabel = "MS",
            defaultValue = "300",
            description = "Time a leaving pod has, in ms (default: ${DEFAULT-VALUE}).")
    private long graceMillis = 300;

    @Option(
            names = "--data-plane",
            paramLabel = "kernel|memory",
            defaultValue = "kernel",
            description = "memory: processes on loopback, needs no rights (default: ${DEFAULT-VALUE}).")
    private String dataPlane = "kernel";

    @Option(names = "--connect", description = "Connect every cluster with every other.")
    private boolean connect;

    RigUpCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        RigOptions options = new RigOptions(
                name.value(),
                RigOptions.clusters(clusters),
                size.size(),
                DataPlane.parse(dataPlane),
                Duration.ofMillis(graceMillis));
        List<String> missing =
                Prerequisites.missing(Prerequisites.look(options.dataPlane(), BpfCheck::missing), options.dataPlane());
        if (!missing.isEmpty()) {
            throw new CommandFailed(
                    "the rig can't be built here:\n" + String.join("\n", missing),
                    "put that right, or run \"clustermesh rig up --data-plane memory\"");
        }
        Rig rig = Rig.up(options, context.rigs(), context.clock(), context.console()::progress);
        if (connect) {
            connectAll(rig);
        }
        context.console()
                .result("rig \"%s\" is up: %s"
                        .formatted(options.name(), String.join(", ", rig.plan().namespaces())));
        return 0;
    }

    private void connectAll(Rig rig) {
        List<ClusterPlan> all = rig.plan().clusters();
        Connector connector = new Connector(rig.homes(), context.clock());
        for (int i = 0; i < all.size(); i++) {
            for (int j = i + 1; j < all.size(); j++) {
                connector.connect(all.get(i).name().value(), all.get(j).name().value());
            }
        }
    }
}
