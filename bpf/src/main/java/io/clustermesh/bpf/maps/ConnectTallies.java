package io.clustermesh.bpf.maps;

import java.util.List;

/**
 * How connects went: the data path's own witness. Counting needs no one to listen; reading is some loads of memory that
 * the kernel shares, so that all backends can be looked at every second. Any thread.
 */
public interface ConnectTallies {

    /** What was counted of a backend, by its index. */
    BackendTally backend(int index);

    /** What was counted of a service, by its id. */
    ServiceTally service(int serviceId);

    /**
     * Takes the failures that were told since the last call, oldest first. They wait in a ring of some 5,000; when it is
     * full, later ones are only counted.
     *
     * @param limit how many at most
     */
    List<ConnectFailure> failures(int limit);

    /** Failures that the ring had no room for. */
    long lostFailures();
}
