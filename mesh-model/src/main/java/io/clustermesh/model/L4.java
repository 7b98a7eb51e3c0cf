package io.clustermesh.model;

import org.jspecify.annotations.Nullable;

/**
 * A protocol and a port, the half of an address above IP.
 *
 * @param protocol transport protocol
 * @param port 1 to 65535
 */
public record L4(Protocol protocol, int port) implements Comparable<L4> {

    /** @throws IllegalArgumentException for a port outside 1..65535 */
    public L4 {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port %d is outside 1..65535".formatted(port));
        }
    }

    // by hand for the reason that IpAddress gives
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof L4 that && port == that.port && protocol == that.protocol;
    }

    @Override
    public int hashCode() {
        return port * 31 + protocol.ordinal();
    }

    @Override
    public int compareTo(L4 other) {
        int byProtocol = protocol.compareTo(other.protocol);
        return byProtocol != 0 ? byProtocol : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return port + "/" + protocol;
    }
}
