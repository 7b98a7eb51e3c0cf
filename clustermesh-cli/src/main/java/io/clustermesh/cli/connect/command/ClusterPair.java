package io.clustermesh.cli.connect.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.HomeOption;
import io.clustermesh.cli.home.Homes;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Two clusters with homes on this machine, and where those are. */
final class ClusterPair {

    @Mixin
    private HomeOption home = new HomeOption();

    @Parameters(paramLabel = "CLUSTER", arity = "0..2", description = "The two, if they have homes on this machine.")
    private List<String> clusters = new ArrayList<>();

    /** Whether none is named, which leaves clusters of Kubernetes. */
    boolean isEmpty() {
        return clusters.isEmpty();
    }

    String one() {
        requireTwo();
        return clusters.get(0);
    }

    String other() {
        requireTwo();
        return clusters.get(1);
    }

    private void requireTwo() {
        if (clusters.size() != 2) {
            throw new IllegalArgumentException(
                    "name two clusters that have homes here, or contexts with --context and --destination-context");
        }
    }

    Homes homes(Context context) {
        return home.homes(context);
    }
}
