package io.clustermesh.cli.status;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Commands that only have commands below them. */
final class Groups {

    private Groups() {}

    @Command(synopsisSubcommandLabel = "COMMAND")
    private static final class Group implements Runnable {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), spec.name() + " does what? Name a command");
        }
    }

    /** A group called {@code name} with commands that name themselves. */
    static CommandLine create(String name, String description, Object... commands) {
        CommandLine group = new CommandLine(new Group());
        group.getCommandSpec().name(name).usageMessage().description(description);
        for (Object command : commands) {
            group.addSubcommand(command);
        }
        return group;
    }
}
