package io.clustermesh.certs;

import java.time.Duration;

/**
 * What a leaf shall say.
 *
 * @param commonName for a client its role, for a server its name
 * @param names by which a server is reached
 * @param usage server, client or both
 * @param validity from now on; cut off at the end of the CA
 */
public record LeafRequest(String commonName, AlternativeNames names, LeafUsage usage, Duration validity) {

    /** One year. */
    public static final Duration DEFAULT_VALIDITY = Duration.ofDays(365);

    /** @throws IllegalArgumentException naming the rule that is broken */
    public LeafRequest {
        if (commonName.isBlank() || commonName.length() > 64) {
            throw new IllegalArgumentException(
                    "common name \"%s\" must have 1 to 64 characters (X.520)".formatted(commonName));
        }
        if (usage.server() && names.dns().isEmpty() && names.ips().isEmpty()) {
            throw new IllegalArgumentException(
                    "server leaf \"%s\" has no alternative names, and no client would accept it; give its addresses or DNS names"
                            .formatted(commonName));
        }
        if (!validity.isPositive()) {
            throw new IllegalArgumentException(
                    "validity of leaf \"%s\" is %s; it must be positive".formatted(commonName, validity));
        }
    }

    /** A client's leaf for a year. */
    public static LeafRequest client(String commonName) {
        return new LeafRequest(commonName, AlternativeNames.NONE, LeafUsage.CLIENT, DEFAULT_VALIDITY);
    }

    /** A server's leaf for a year. */
    public static LeafRequest server(String commonName, AlternativeNames names) {
        return new LeafRequest(commonName, names, LeafUsage.SERVER, DEFAULT_VALIDITY);
    }
}
