package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.Rig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rig kill}. */
@Command(
        name = "kill",
        description = {
            "SIGKILL to a pod, a process, a control plane or a whole node, as a crash.",
            "A dead pod is noticed at once and announced as not ready, as a kubelet would, unless --unnoticed;",
            "a dead node is noticed by nobody. \"rig start\" brings processes back, \"rig scale\" pods."
        },
        footer = {"", "Examples:  clustermesh rig kill west/echo-1", "           clustermesh rig kill west/n1/node-sync"
        })
final class RigKillCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private RigName name = new RigName();

    @Parameters(index = "0", paramLabel = "TARGET", description = "west/echo-1, west/n1, west/etcd, west, ...")
    private String target = "";

    @Option(names = "--unnoticed", description = "Leave the EndpointSlice as it is.")
    private boolean unnoticed;

    RigKillCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Rig rig = name.attach(context);
        List<String> killed = rig.kill(rig.target(target), !unnoticed);
        if (killed.isEmpty()) {
            throw new CommandFailed("nothing of \"%s\" was alive".formatted(target), "clustermesh rig status");
        }
        context.console().result("killed " + String.join(", ", killed));
        return 0;
    }
}
