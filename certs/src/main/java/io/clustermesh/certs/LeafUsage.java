package io.clustermesh.certs;

/** What a leaf is for (extended key usage, RFC 5280, 4.2.1.12). */
public enum LeafUsage {
    /** A server shows it to its clients. */
    SERVER(true, false),
    /** A client shows it to a server; its common name is its role. */
    CLIENT(false, true),
    /** Both: etcd also calls itself with its server certificate. */
    SERVER_AND_CLIENT(true, true);

    private final boolean server;
    private final boolean client;

    LeafUsage(boolean server, boolean client) {
        this.server = server;
        this.client = client;
    }

    boolean server() {
        return server;
    }

    boolean client() {
        return client;
    }
}
