package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import org.jspecify.annotations.Nullable;

/**
 * A backend that a frontend may use.
 *
 * @param ip pod IP, of the frontend's family
 * @param l4 protocol and target port
 * @param state whether it takes new connections
 * @param weight its share beside the slot's other backends, 1 or more
 */
public record DesiredBackend(IpAddress ip, L4 l4, BackendEntry.State state, int weight)
        implements Comparable<DesiredBackend> {

    /** @throws IllegalArgumentException for a weight below 1 */
    public DesiredBackend {
        if (weight < 1) {
            throw new IllegalArgumentException("backend %s has weight %d; leave it out instead".formatted(ip, weight));
        }
    }

    /** A backend of the usual weight. */
    public DesiredBackend(IpAddress ip, L4 l4, BackendEntry.State state) {
        this(ip, l4, state, Balancing.BACKEND_WEIGHT);
    }

    /** Whether it takes new connections while there is a choice. */
    public boolean active() {
        return state == BackendEntry.State.ACTIVE;
    }

    // by hand for the reason that IpAddress gives
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DesiredBackend that
                && ip.equals(that.ip)
                && l4.equals(that.l4)
                && state == that.state
                && weight == that.weight;
    }

    @Override
    public int hashCode() {
        return (ip.hashCode() * 31 + l4.hashCode()) * 31 + state.ordinal() * 65_537 + weight;
    }

    /** By address; state and weight are no part of the order. */
    @Override
    public int compareTo(DesiredBackend other) {
        int byIp = ip.compareTo(other.ip);
        return byIp != 0 ? byIp : l4.compareTo(other.l4);
    }
}
