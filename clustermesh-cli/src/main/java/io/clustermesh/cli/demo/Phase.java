package io.clustermesh.cli.demo;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A part of the demo in which nothing is changed from outside but at its beginning.
 *
 * @param name for people
 * @param from when it began: when the EndpointSlices said what it is about
 * @param to when the next one began
 * @param expected for each client's cluster the cluster that shall answer it
 * @param change what happened at the beginning
 */
record Phase(String name, Instant from, Instant to, Map<String, String> expected, Change change) {

    /**
     * @param cluster the cluster whose pods were deleted or restored; empty if nothing was
     * @param killedAt when leaving pods were killed
     */
    record Change(Optional<String> cluster, Optional<Instant> killedAt) {
        static final Change NONE = new Change(Optional.empty(), Optional.empty());
    }

    Phase {
        expected = Map.copyOf(expected);
    }
}
