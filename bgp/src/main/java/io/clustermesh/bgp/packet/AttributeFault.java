package io.clustermesh.bgp.packet;

/**
 * Something wrong with a path attribute that did not end the session (RFC 7606).
 *
 * @param attribute its type code
 * @param effect what was done about it
 * @param detail what was wrong
 */
public record AttributeFault(int attribute, Effect effect, String detail) {

    /** What RFC 7606 makes of a fault. */
    public enum Effect {
        /** The attribute was ignored. */
        DISCARDED,
        /** The announced prefixes count as withdrawn. */
        TREATED_AS_WITHDRAW
    }
}
