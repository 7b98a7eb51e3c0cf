package io.clustermesh.cli.target;

import io.clustermesh.cli.home.ClusterAccess;
import java.util.List;

/**
 * The clusters that a command looks at; closed by the command.
 *
 * @param clusters in the order in which they were named
 */
public record Targets(List<ClusterAccess> clusters) implements AutoCloseable {

    public Targets {
        clusters = List.copyOf(clusters);
    }

    @Override
    public void close() {
        clusters.forEach(ClusterAccess::close);
    }
}
