package io.clustermesh.apiserver.api;

import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.CertificateUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.X509KeyManager;

/**
 * The server's own certificate and key. New handshakes use what was read last; a pair that does not match (files are
 * replaced one after the other) is left for the next look.
 */
final class ServerIdentity {

    private final Path certificate;
    private final Path key;
    private final AdvancedTlsX509KeyManager current = new AdvancedTlsX509KeyManager();

    ServerIdentity(Path certificate, Path key) {
        this.certificate = certificate;
        this.key = key;
    }

    X509KeyManager keyManager() {
        return current;
    }

    /** Reads both files; a sentence about what is wrong with them, or nothing. */
    Optional<String> reload() {
        try {
            X509Certificate[] chain = chain();
            PrivateKey privateKey = privateKey();
            if (chain.length == 0) {
                return fault("holds no certificate");
            }
            if (!belongTogether(chain[0], privateKey)) {
                return fault("does not belong to key " + key);
            }
            current.updateIdentityCredentials(chain, privateKey);
            return Optional.empty();
        } catch (IOException | GeneralSecurityException e) {
            return fault("or key " + key + " can't be used: " + e);
        }
    }

    private Optional<String> fault(String what) {
        return Optional.of(
                "server certificate %s %s; write both as PEM, the key as PKCS#8".formatted(certificate, what));
    }

    private X509Certificate[] chain() throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(certificate)) {
            return CertificateUtils.getX509Certificates(in);
        }
    }

    private PrivateKey privateKey() throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(key)) {
            return CertificateUtils.getPrivateKey(in);
        }
    }

    private static boolean belongTogether(X509Certificate leaf, PrivateKey privateKey) throws GeneralSecurityException {
        String algorithm = privateKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        byte[] probe = "clustermesh".getBytes(StandardCharsets.UTF_8);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(leaf.getPublicKey());
        signature.update(probe);
        return signature.verify(signed);
    }
}
