package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;

/**
 * A backend that a frontend may use.
 *
 * @param ip pod IP, of the frontend's family
 * @param l4 protocol and target port
 * @param state whether it takes new connections
 */
public record DesiredBackend(IpAddress ip, L4 l4, BackendEntry.State state) implements Comparable<DesiredBackend> {

    /** Whether it takes new connections while there is a choice. */
    public boolean active() {
        return state == BackendEntry.State.ACTIVE;
    }

    /** By address; the state is no part of the order. */
    @Override
    public int compareTo(DesiredBackend other) {
        int byIp = ip.compareTo(other.ip);
        return byIp != 0 ? byIp : l4.compareTo(other.l4);
    }
}
