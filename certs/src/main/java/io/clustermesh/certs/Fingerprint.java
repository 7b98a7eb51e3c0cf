package io.clustermesh.certs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * SHA-256 of a certificate's DER, which two operators can compare over the telephone.
 *
 * @param hex 32 bytes as upper-case pairs with colons, as {@code openssl x509 -fingerprint -sha256} prints them
 */
public record Fingerprint(String hex) {

    private static final HexFormat COLONS = HexFormat.ofDelimiter(":").withUpperCase();

    /** The fingerprint of {@code certificate}. */
    public static Fingerprint of(X509Certificate certificate) {
        try {
            return new Fingerprint(
                    COLONS.formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new CertificateException("certificate can't be hashed", e);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
