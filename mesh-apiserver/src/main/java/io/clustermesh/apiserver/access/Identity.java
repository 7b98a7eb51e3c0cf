package io.clustermesh.apiserver.access;

/**
 * Whom a chain of certificates makes its holder.
 */
public sealed interface Identity {

    /** A client with a role. */
    record Known(Role role) implements Identity {}

    /**
     * A valid chain, but this authority may not make that name.
     *
     * @param reason for the client and the log, etcd's words first
     */
    record NoRole(String reason) implements Identity {}

    /**
     * No chain to any authority known here.
     *
     * @param reason what is wrong with it
     */
    record Stranger(String reason) implements Identity {}
}
