package io.clustermesh.bpf.maps;

import java.time.Duration;

/**
 * A TCP connect through a frontend that came to nothing.
 *
 * @param target where it went
 * @param kind how it ended
 * @param resent how many SYNs followed the first
 * @param waited from the first SYN to the end, to some milliseconds
 * @param atNanos when, on the kernel's monotonic clock
 */
public record ConnectFailure(Target target, Kind kind, int resent, Duration waited, long atNanos) {

    /**
     * @param serviceId whose frontend
     * @param backend index in the backend array
     * @param clusterId the backend's cluster
     */
    public record Target(int serviceId, int backend, int clusterId) {}

    /** How a connect ends that comes to nothing. */
    public enum Kind {
        /** A reset came back: nobody listens there. */
        REFUSED,
        /** No answer to any SYN. */
        TIMED_OUT,
        /** The network said that there is no way. */
        UNREACHABLE,
        /** The application's own time was up, and at least two SYNs were not answered. */
        GAVE_UP
    }
}
