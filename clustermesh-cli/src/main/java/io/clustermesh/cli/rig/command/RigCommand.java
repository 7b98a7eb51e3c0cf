package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.Context;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of rig commands. */
@Command(
        name = "rig",
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "A mesh of several clusters on this machine, for trying things out.",
            "Clusters, nodes and pods are network namespaces; the data plane is the kernel's."
        })
public final class RigCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The command, with those below it. */
    public static CommandLine create(Context context) {
        return new CommandLine(new RigCommand())
                .addSubcommand(new RigUpCommand(context))
                .addSubcommand(new RigDownCommand(context))
                .addSubcommand(new RigStatusCommand(context))
                .addSubcommand(new RigExecCommand(context))
                .addSubcommand(new RigScaleCommand(context))
                .addSubcommand(new RigKillCommand(context))
                .addSubcommand(new RigStartCommand(context))
                .addSubcommand(new RigPartitionCommand(context));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "rig does what? Name a command");
    }
}
