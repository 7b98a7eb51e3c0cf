package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.Rig;
import io.clustermesh.cli.rig.plan.RigOptions;
import picocli.CommandLine.Option;

/** Which rig a command means. */
public final class RigName {

    @Option(
            names = "--name",
            paramLabel = "RIG",
            defaultValue = RigOptions.DEFAULT_NAME,
            description = "The rig's name (default: ${DEFAULT-VALUE}).")
    private String name = RigOptions.DEFAULT_NAME;

    public String value() {
        return name;
    }

    /** The rig, which must be up. */
    public Rig attach(Context context) {
        return Rig.attach(name, context.rigs(), context.clock());
    }
}
