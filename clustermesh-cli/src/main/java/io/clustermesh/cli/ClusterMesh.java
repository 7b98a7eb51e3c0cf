package io.clustermesh.cli;

import io.clustermesh.cli.connect.command.CertsCommand;
import io.clustermesh.cli.connect.command.ConnectCommand;
import io.clustermesh.cli.connect.command.DisconnectCommand;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.demo.DemoCommand;
import io.clustermesh.cli.drain.DrainCommand;
import io.clustermesh.cli.drain.UndrainCommand;
import io.clustermesh.cli.gather.GatherCommand;
import io.clustermesh.cli.kube.command.DisableCommand;
import io.clustermesh.cli.kube.command.EnableCommand;
import io.clustermesh.cli.kube.command.TokenCommand;
import io.clustermesh.cli.rig.command.RigCommand;
import io.clustermesh.cli.status.BgpCommand;
import io.clustermesh.cli.status.BpfCommand;
import io.clustermesh.cli.status.EventsCommand;
import io.clustermesh.cli.status.ExplainCommand;
import io.clustermesh.cli.status.ObjectCommands;
import io.clustermesh.cli.status.ServiceCommand;
import io.clustermesh.cli.status.StatusCommand;
import io.clustermesh.cli.status.UninstallCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of all commands. */
@Command(
        name = "clustermesh",
        synopsisSubcommandLabel = "COMMAND",
        description = "Connects Kubernetes clusters: global services with failover in the kernel.",
        footer = {
            "",
            "First steps:  clustermesh demo",
            "              clustermesh rig up --connect && clustermesh status",
            "Kubernetes:   clustermesh enable --context A --cluster-name west --cluster-id 1",
            "              clustermesh connect --context A --destination-context B",
            "Exit codes:   0 good, 1 failed, 2 wrong usage."
        })
public final class ClusterMesh implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs one command. @return its exit code */
    public static int run(Context context, String... arguments) {
        return commandLine(context).execute(arguments);
    }

    /** The whole tree of commands, ready to execute. */
    static CommandLine commandLine(Context context) {
        CommandLine root = new CommandLine(new ClusterMesh())
                .addSubcommand(new VersionCommand(context))
                .addSubcommand(RigCommand.create(context))
                .addSubcommand(new EnableCommand(context))
                .addSubcommand(new DisableCommand(context))
                .addSubcommand(new CertsCommand(context))
                .addSubcommand(new ConnectCommand(context))
                .addSubcommand(new DisconnectCommand(context))
                .addSubcommand(TokenCommand.create(context))
                .addSubcommand(new DrainCommand(context))
                .addSubcommand(new UndrainCommand(context))
                .addSubcommand(new StatusCommand(context))
                .addSubcommand(ServiceCommand.create(context))
                .addSubcommand(ObjectCommands.identities(context))
                .addSubcommand(ObjectCommands.endpoints(context))
                .addSubcommand(ObjectCommands.nodes(context))
                .addSubcommand(new EventsCommand(context))
                .addSubcommand(new ExplainCommand(context))
                .addSubcommand(BpfCommand.create(context))
                .addSubcommand(UninstallCommand.create(context))
                .addSubcommand(BgpCommand.create(context))
                .addSubcommand(new DemoCommand(context))
                .addSubcommand(new RunCommand(context))
                .addSubcommand(new AdminCommand(context))
                .addSubcommand(new GatherCommand(context))
                .addSubcommand(new CompletionCommand(context))
                .addSubcommand(new RehearseCommand())
                .addSubcommand(new CommandLine.HelpCommand());
        addHelp(root);
        root.setOut(new PrintWriter(context.console().out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(context.console().err(), true, StandardCharsets.UTF_8));
        root.setColorScheme(CommandLine.Help.defaultColorScheme(
                context.console().colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setExecutionExceptionHandler(new Failures(context.console()));
        return root;
    }

    /** Every command has help, since none is asked. */
    private static void addHelp(CommandLine command) {
        boolean seen = command.getCommandSpec().findOption("--help") != null; // a command with an alias comes twice
        if (!seen && !(command.getCommand() instanceof CommandLine.HelpCommand)) {
            command.getCommandSpec()
                    .addOption(OptionSpec.builder("-h", "--help")
                            .usageHelp(true)
                            .description("This text.")
                            .build());
        }
        command.getSubcommands().values().forEach(ClusterMesh::addHelp);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "clustermesh does what? Name a command");
    }
}
