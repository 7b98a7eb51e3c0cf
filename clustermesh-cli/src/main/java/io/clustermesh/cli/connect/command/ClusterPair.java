package io.clustermesh.cli.connect.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.HomeOption;
import io.clustermesh.cli.home.Homes;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Two clusters, and where they are. */
final class ClusterPair {

    @Mixin
    private HomeOption home = new HomeOption();

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "One of the two.")
    private String one = "";

    @Parameters(index = "1", paramLabel = "CLUSTER", description = "The other.")
    private String other = "";

    String one() {
        return one;
    }

    String other() {
        return other;
    }

    Homes homes(Context context) {
        return home.homes(context);
    }
}
