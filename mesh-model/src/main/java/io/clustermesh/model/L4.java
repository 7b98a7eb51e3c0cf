package io.clustermesh.model;

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
