package io.clustermesh.bpf.maps;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;

/**
 * An entry of the backend array.
 *
 * @param ip pod IP
 * @param l4 protocol and port
 * @param clusterId the backend's cluster
 * @param state whether it takes new connections
 */
public record BackendEntry(IpAddress ip, L4 l4, int clusterId, State state) {

    /** The state byte, as Cilium numbers it; anything but {@link #ACTIVE} gets no new connection while another is active. */
    public enum State {
        ACTIVE,
        TERMINATING,
        QUARANTINED,
        MAINTENANCE
    }
}
