package io.clustermesh.certs;

import io.clustermesh.model.ClusterName;
import java.nio.file.Path;
import java.security.cert.X509Certificate;

/**
 * A peer whose CA we trust.
 *
 * @param name the peer, from the file's name
 * @param certificate its CA's certificate
 * @param file {@code trust/<peer>.crt}
 */
public record TrustedPeer(ClusterName name, X509Certificate certificate, Path file) {

    /** Of the CA's certificate. */
    public Fingerprint fingerprint() {
        return Fingerprint.of(certificate);
    }

    /** How long the CA lasts. */
    public CertificateExpiry expiry() {
        return CertificateExpiry.of(file, certificate);
    }
}
