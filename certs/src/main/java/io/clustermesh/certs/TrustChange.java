package io.clustermesh.certs;

/** What became of a request to trust a peer's CA. */
public sealed interface TrustChange {

    /** The CA is trusted from now on. */
    record Added(TrustedPeer peer) implements TrustChange {}

    /** The same certificate already stood there. */
    record AlreadyTrusted(TrustedPeer peer) implements TrustChange {}

    /**
     * Nothing was changed.
     *
     * @param rule the rule that is broken
     * @param message object, rule, value seen and next step, for a person
     */
    record Refused(Rule rule, String message) implements TrustChange {}

    /** What a peer's CA must keep to. */
    enum Rule {
        /** Exactly one certificate, which may sign others. */
        IS_A_CA,
        /** Valid now. */
        IS_VALID_NOW,
        /** The peer is another cluster than we. */
        IS_ANOTHER_CLUSTER,
        /** Its key is not our own CA's. */
        IS_NOT_OUR_KEY,
        /** Its key stands under no other peer's name. */
        HAS_ONE_NAME,
        /** A peer's CA is not replaced in passing. */
        DOES_NOT_REPLACE
    }
}
