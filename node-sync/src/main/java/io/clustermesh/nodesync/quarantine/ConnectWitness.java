package io.clustermesh.nodesync.quarantine;

import java.util.List;

/** The first witness: what the data path saw. */
@FunctionalInterface
public interface ConnectWitness {

    /** One that saw nothing: tables in memory, through which nobody connects. */
    ConnectWitness BLIND = limit -> List.of();

    /** Indexes of backends to which a connect failed since the last call, each failure once, at most {@code limit}. */
    List<Integer> failures(int limit);
}
