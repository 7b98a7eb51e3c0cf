package io.clustermesh.cli.drain;

import io.clustermesh.cli.console.Context;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code undrain}. */
@Command(
        name = "undrain",
        description = "Gives a drained cluster, or node, its share of new connections back.",
        footer = {"", "Example:  clustermesh undrain east --ramp 5m"})
public final class UndrainCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(paramLabel = "CLUSTER", description = "What was drained.")
    private String cluster = "";

    @Mixin
    private DrainTarget target = new DrainTarget();

    public UndrainCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return target.tell(context, "DELETE", cluster);
    }
}
