package io.clustermesh.bgp.packet;

/**
 * A community (RFC 1997): a mark on routes.
 *
 * @param value four octets
 */
public record Community(int value) {

    /** Don't tell other autonomous systems. */
    public static final Community NO_EXPORT = new Community(0xFFFFFF01);
    /** Don't tell anybody. */
    public static final Community NO_ADVERTISE = new Community(0xFFFFFF02);
    /** Don't tell other autonomous systems, confederation members included. */
    public static final Community NO_EXPORT_SUBCONFED = new Community(0xFFFFFF03);

    /** {@code high:low}. */
    @Override
    public String toString() {
        return (value >>> 16) + ":" + (value & 0xFFFF);
    }
}
