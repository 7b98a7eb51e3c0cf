package io.clustermesh.certs;

import io.clustermesh.certs.TrustChange.Refused;
import io.clustermesh.certs.TrustChange.Rule;
import io.clustermesh.model.ClusterName;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a peer's CA must keep to, wherever the trusted ones are kept: a folder or a Secret. Pure.
 *
 * @param own this cluster
 * @param ownCa its own CA, which no peer may have
 * @param trusted the peers that are trusted already
 */
public record TrustRules(ClusterName own, X509Certificate ownCa, List<TrustedPeer> trusted) {

    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final int KEY_USAGE_CERT_SIGN = 5;

    public TrustRules {
        trusted = List.copyOf(trusted);
    }

    /** Which rule {@code ca} would break as the CA of {@code peer} at {@code now}; empty if none. */
    public Optional<Refused> check(ClusterName peer, X509Certificate ca, Instant now) {
        if (peer.equals(own)) {
            return refuse(
                    Rule.IS_ANOTHER_CLUSTER, "\"%s\" is this cluster's own name; give the peer's".formatted(peer));
        }
        if (!maySign(ca)) {
            return refuse(
                    Rule.IS_A_CA,
                    "\"%s\" (%s) is no CA certificate; give the peer's pki/ca.crt, not a leaf"
                            .formatted(ca.getSubjectX500Principal(), Fingerprint.of(ca)));
        }
        if (now.isAfter(ca.getNotAfter().toInstant())
                || now.isBefore(ca.getNotBefore().toInstant())) {
            return refuse(
                    Rule.IS_VALID_NOW,
                    "CA \"%s\" is valid from %s to %s, and it is %s; renew it, or set the clock"
                            .formatted(
                                    ca.getSubjectX500Principal(),
                                    ca.getNotBefore().toInstant(),
                                    ca.getNotAfter().toInstant(),
                                    now));
        }
        if (sameKey(ca, ownCa)) {
            return refuse(
                    Rule.IS_NOT_OUR_KEY,
                    "CA of \"%s\" has our own CA's key; each cluster needs its own, or one could speak for the other"
                            .formatted(peer));
        }
        for (TrustedPeer other : trusted) {
            if (other.name().equals(peer)) {
                return refuse(
                        Rule.DOES_NOT_REPLACE,
                        "another CA (%s) already stands for \"%s\"; remove it first if the peer has a new one"
                                .formatted(other.fingerprint(), peer));
            }
            if (sameKey(ca, other.certificate())) {
                return refuse(
                        Rule.HAS_ONE_NAME,
                        "CA of \"%s\" is already trusted as \"%s\"; a key can stand for one cluster only"
                                .formatted(peer, other.name()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Refused> refuse(Rule rule, String message) {
        return Optional.of(new Refused(rule, message));
    }

    private static boolean maySign(X509Certificate ca) {
        boolean[] usage = ca.getKeyUsage();
        if (ca.getBasicConstraints() < 0 || (usage != null && !usage[KEY_USAGE_CERT_SIGN])) {
            return false;
        }
        if (!ca.getIssuerX500Principal().equals(ca.getSubjectX500Principal())) {
            return true;
        }
        try {
            ca.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The same key, or another that claims the same identifier, by which TLS stacks find issuers. */
    private static boolean sameKey(X509Certificate one, X509Certificate other) {
        if (one.getPublicKey().equals(other.getPublicKey())) {
            return true;
        }
        byte[] identifier = one.getExtensionValue(SUBJECT_KEY_IDENTIFIER);
        return identifier != null && Arrays.equals(identifier, other.getExtensionValue(SUBJECT_KEY_IDENTIFIER));
    }
}
