package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.rig.plan.RigOptions;
import picocli.CommandLine.Option;

/** How much of everything each cluster of a rig has. */
public final class SizeOptions {

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "2",
            description = "Nodes in each cluster (default: ${DEFAULT-VALUE}).")
    private int nodes = 2;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "1",
            description = "mesh-apiservers in each cluster, behind one address (default: ${DEFAULT-VALUE}).")
    private int replicas = 1;

    /** @throws IllegalArgumentException naming the rule that is broken */
    public RigOptions.Size size() {
        return new RigOptions.Size(nodes, replicas);
    }
}
