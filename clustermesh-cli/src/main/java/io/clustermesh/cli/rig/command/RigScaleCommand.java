package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.ScaleResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code rig scale}. */
@Command(
        name = "scale",
        description = {
            "Gives a workload another number of pods, in Kubernetes' order: leaving pods are announced",
            "as terminating and get SIGTERM, after the grace period they are killed and forgotten."
        },
        footer = {"", "Example:  clustermesh rig scale west/shop/echo 0"})
final class RigScaleCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private RigName name = new RigName();

    @Parameters(index = "0", paramLabel = "WORKLOAD", description = "<cluster>/<namespace>/<name>")
    private String workload = "";

    @Parameters(index = "1", paramLabel = "N", description = "How many pods it shall have.")
    private int replicas;

    RigScaleCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        ScaleResult result = name.attach(context).scale(workload, replicas);
        context.console()
                .result("%s has %d pods: %d started, %d ended"
                        .formatted(workload, replicas, result.started(), result.ended()));
        return 0;
    }
}
