package io.clustermesh.certs;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * A leaf: a certificate with its private key.
 *
 * @param certificate signed by the cluster's CA
 * @param key the private key that belongs to it
 */
public record Leaf(X509Certificate certificate, PrivateKey key) {

    /**
     * Writes {@code <name>.key} (mode 0600), then {@code <name>.crt} (0644), each replaced in one step. The key goes
     * first, so that a certificate never stands without its key.
     */
    public void writeTo(Path directory, String name) {
        PemFiles.writeKey(directory.resolve(name + ".key"), key);
        PemFiles.writeCertificate(directory.resolve(name + ".crt"), certificate);
    }
}
