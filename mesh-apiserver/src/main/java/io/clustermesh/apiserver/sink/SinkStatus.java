package io.clustermesh.apiserver.sink;

import java.util.Optional;

/**
 * How writing back to Kubernetes goes.
 *
 * @param leads this replica writes
 * @param events Events on objects
 * @param slices EndpointSlices of peers' backends
 */
public record SinkStatus(boolean leads, Events events, Slices slices) {

    /**
     * @param written Events made or counted up
     * @param dropped warnings that the API server takes no Event for
     * @param failures writes that failed
     * @param problem what is wrong now, and the next step
     */
    public record Events(long written, long dropped, long failures, Optional<String> problem) {}

    /**
     * @param services Services that have slices of ours
     * @param slices slices of ours
     * @param endpoints endpoints in them
     * @param pending Services to be looked at
     * @param writes slices written or deleted
     * @param failures writes that failed
     * @param problem what is wrong now, and the next step
     */
    public record Slices(
            int services,
            int slices,
            int endpoints,
            int pending,
            long writes,
            long failures,
            Optional<String> problem) {}
}
