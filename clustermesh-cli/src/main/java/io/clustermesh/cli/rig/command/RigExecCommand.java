package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.Rig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code rig exec}. */
@Command(
        name = "exec",
        description = {
            "Runs a command in a pod, a node or a cluster's control plane; exit code is the command's.",
            "In a pod or node its connections are load balanced like any pod's."
        },
        footer = {"", "Example:  clustermesh rig exec west/client -- curl -s http://10.101.0.10"})
final class RigExecCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private RigName name = new RigName();

    @Parameters(index = "0", paramLabel = "TARGET", description = "west, west/n1, west/client, router, ...")
    private String target = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "What to run, after \"--\".")
    private List<String> command = new ArrayList<>();

    RigExecCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Rig rig = name.attach(context);
        List<String> whole = rig.inside(rig.target(target), command);
        try {
            return new ProcessBuilder(whole).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new CommandFailed(
                    "\"%s\" could not be run: %s".formatted(String.join(" ", command), e.getMessage()),
                    "check that it is installed",
                    e);
        }
    }
}
