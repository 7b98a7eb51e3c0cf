package io.clustermesh.nodesync.desired;

/**
 * Something that cannot be served as asked; the rest of the service is.
 *
 * @param kind which rule
 * @param message object, rule, value seen and next step, fit for a status row
 */
public record Finding(Kind kind, String message) {

    /** The rules. */
    public enum Kind {
        /** The socket hooks translate TCP and UDP only. */
        SCTP,
        /** More clusters offer the service than a policy word has slots. */
        TOO_MANY_CLUSTERS,
        /** Two clusters say they have one id. */
        CLUSTER_ID_CLASH,
        /** A backend's address is a cluster IP, behind which nothing listens for the data plane. */
        BACKEND_IS_VIP,
        /** A weight is a small whole number, so that a share is more than one percentage point off. */
        WEIGHTS_ROUNDED,
        /** Another service holds the frontend. */
        FRONTEND_TAKEN,
        /** A map has no room. */
        MAP_FULL,
        /** The data plane refused a write. */
        WRITE_FAILED
    }
}
