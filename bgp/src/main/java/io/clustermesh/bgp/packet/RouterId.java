package io.clustermesh.bgp.packet;

import io.clustermesh.model.IpAddress;

/**
 * A BGP identifier: four octets, not zero, unique within an AS (RFC 6286); written like an IPv4 address.
 *
 * @param address the four octets
 */
public record RouterId(IpAddress address) implements Comparable<RouterId> {

    /** @throws IllegalArgumentException unless an IPv4 address other than 0.0.0.0 */
    public RouterId {
        if (address.family() != IpAddress.Family.IPV4 || address.low() == 0) {
            throw new IllegalArgumentException(
                    "router id %s must look like an IPv4 address other than 0.0.0.0".formatted(address));
        }
    }

    /** Parses the dotted form. */
    public static RouterId parse(String text) {
        return new RouterId(IpAddress.parse(text));
    }

    /** As unsigned numbers (RFC 4271, 6.8). */
    @Override
    public int compareTo(RouterId other) {
        return Long.compare(address.low(), other.address.low());
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
