package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.Rig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rig partition}. */
@Command(
        name = "partition",
        description =
                "Cuts the network between two clusters: the router drops their packets silently; --heal undoes it.")
final class RigPartitionCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private RigName name = new RigName();

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "One of the two.")
    private String one = "";

    @Parameters(index = "1", paramLabel = "CLUSTER", description = "The other.")
    private String other = "";

    @Option(names = "--heal", description = "Let them talk again.")
    private boolean heal;

    RigPartitionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Rig rig = name.attach(context);
        if (heal) {
            rig.heal(one, other);
        } else {
            rig.partition(one, other);
        }
        context.console().result("%s and %s %s".formatted(one, other, heal ? "are joined again" : "are parted"));
        return 0;
    }
}
