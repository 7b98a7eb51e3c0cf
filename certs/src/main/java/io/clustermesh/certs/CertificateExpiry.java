package io.clustermesh.certs;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a certificate lasts, for status pages.
 *
 * @param file where it stands
 * @param subject its common name in full
 * @param from when it began
 * @param until when it ends
 * @param fingerprint of it
 */
public record CertificateExpiry(Path file, String subject, Instant from, Instant until, Fingerprint fingerprint) {

    /** How long {@code certificate}, which stands in {@code file}, lasts. */
    public static CertificateExpiry of(Path file, X509Certificate certificate) {
        return new CertificateExpiry(
                file,
                certificate.getSubjectX500Principal().getName(),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                Fingerprint.of(certificate));
    }

    /** What is left of it at {@code now}; negative after its end. */
    public Duration left(Instant now) {
        return Duration.between(now, until);
    }

    /** Whether less than a third of it is left, which is when a leaf is renewed. */
    public boolean renewalDue(Instant now) {
        return left(now).multipliedBy(3).compareTo(Duration.between(from, until)) < 0;
    }
}
