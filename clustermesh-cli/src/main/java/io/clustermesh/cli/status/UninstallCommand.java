package io.clustermesh.cli.status;

import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.nodesync.DataPlane;
import io.clustermesh.nodesync.NodeSyncConfig;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.config.Settings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code node-sync uninstall}. */
@Command(
        name = "uninstall",
        description =
                "Takes a node's data plane out of the kernel: detaches every program, removes every pin. Its node-sync must have ended.")
public final class UninstallCommand implements Callable<Integer> {

    private final Context context;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The configuration that node-sync was run with.")
    private Path config = Path.of("");

    UninstallCommand(Context context) {
        this.context = context;
    }

    /** The group {@code node-sync} with this command in it. */
    public static CommandLine create(Context context) {
        return Groups.create("node-sync", "The agent of a node.", new UninstallCommand(context));
    }

    @Override
    public Integer call() {
        NodeSyncConfig node = NodeSyncConfig.read(Settings.read(config));
        if (!(node.dataPlane() instanceof DataPlane.Kernel kernel)) {
            context.console()
                    .result("nothing to do: the data plane of %s is memory"
                            .formatted(node.node().name()));
            return 0;
        }
        if (runs(node.admin().socket())) {
            throw new CommandFailed(
                    "node-sync of %s runs; its tables would be taken from under it"
                            .formatted(node.node().name()),
                    "stop it, then run this again");
        }
        KernelServiceTables.uninstall(kernel.pinDir());
        context.console()
                .result("the data plane of %s is gone: no programs on %s, no pins in %s"
                        .formatted(node.node().name(), kernel.cgroup(), kernel.pinDir()));
        return 0;
    }

    private static boolean runs(Path socket) {
        try {
            return AdminClient.get(socket, "/livez").status() > 0;
        } catch (AdminClient.Unreachable e) {
            return false;
        }
    }
}
