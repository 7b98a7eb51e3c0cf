package io.clustermesh.certs;

import io.clustermesh.certs.CertificateBuilder.Validity;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * The authority of one cluster: {@code ca.crt} and {@code ca.key} in its {@code pki} folder. Signs leaves; immutable, so
 * any thread may use it.
 */
public final class ClusterCa {

    /** How long a new CA lasts. */
    public static final Duration VALIDITY = Duration.ofDays(3650);

    /** Certificates begin this much in the past, for peers whose clocks are behind. */
    static final Duration SKEW = Duration.ofMinutes(5);

    private static final String CERTIFICATE_FILE = "ca.crt";
    private static final String KEY_FILE = "ca.key";

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final Clock clock;

    private ClusterCa(X509Certificate certificate, PrivateKey key, Clock clock) {
        this.certificate = certificate;
        this.key = key;
        this.clock = clock;
    }

    /** As {@link #createIn(Path, ClusterName, Clock)} by the machine's clock. */
    public static ClusterCa createIn(Path pkiDir, ClusterName cluster) {
        return createIn(pkiDir, cluster, Clock.system());
    }

    /**
     * Makes a new CA and writes it; makes the folder (mode 0700) if it is missing.
     *
     * @throws CertificateException if the folder already has a CA, which is never overwritten: every leaf of the
     *     cluster and every peer's trust hangs on it
     */
    public static ClusterCa createIn(Path pkiDir, ClusterName cluster, Clock clock) {
        try {
            if (!Files.isDirectory(pkiDir)) {
                Files.createDirectories(
                        pkiDir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new CertificateException("can't make the folder %s: %s".formatted(pkiDir, e), e);
        }
        if (Files.exists(pkiDir.resolve(CERTIFICATE_FILE))) {
            throw new CertificateException(
                    "%s already has a CA, which is never overwritten; move ca.crt and ca.key away if all leaves and all peers shall start anew"
                            .formatted(pkiDir));
        }
        KeyPair keys = CertificateBuilder.newKeyPair();
        X509Certificate certificate = selfSigned(cluster, keys, clock);
        // the key decides who wins if two create at once, since only it is created exclusively
        PemFiles.createKey(pkiDir.resolve(KEY_FILE), keys.getPrivate());
        PemFiles.writeCertificate(pkiDir.resolve(CERTIFICATE_FILE), certificate);
        return new ClusterCa(certificate, keys.getPrivate(), clock);
    }

    /** Makes a new CA in memory, for a cluster that keeps it in a Secret instead of a folder. */
    public static ClusterCa generate(ClusterName cluster, Clock clock) {
        KeyPair keys = CertificateBuilder.newKeyPair();
        return new ClusterCa(selfSigned(cluster, keys, clock), keys.getPrivate(), clock);
    }

    /**
     * The CA in two PEM texts.
     *
     * @param origin where they come from, for the message of a fault
     * @throws CertificateException as {@link #load}
     */
    public static ClusterCa parse(String certificatePem, String keyPem, String origin, Clock clock) {
        return of(
                PemFiles.parseCertificates(certificatePem, origin).getFirst(),
                PemFiles.parseKey(keyPem, origin),
                origin,
                clock);
    }

    /** As {@link #load(Path, Clock)} by the machine's clock. */
    public static ClusterCa load(Path pkiDir) {
        return load(pkiDir, Clock.system());
    }

    /**
     * Reads the CA from its folder.
     *
     * @throws CertificateException if it can't be read, is no CA, or the key doesn't belong to the certificate
     */
    public static ClusterCa load(Path pkiDir, Clock clock) {
        return of(
                PemFiles.readCertificates(pkiDir.resolve(CERTIFICATE_FILE)).getFirst(),
                PemFiles.readKey(pkiDir.resolve(KEY_FILE)),
                pkiDir.toString(),
                clock);
    }

    private static ClusterCa of(X509Certificate certificate, PrivateKey key, String origin, Clock clock) {
        if (certificate.getBasicConstraints() < 0) {
            throw new CertificateException(
                    "%s/ca.crt is no CA certificate (basic constraints); put the cluster's CA there".formatted(origin));
        }
        if (!belongTogether(certificate.getPublicKey(), key)) {
            throw new CertificateException(
                    "ca.key in %s is not the key of ca.crt beside it; restore the pair from the same backup"
                            .formatted(origin));
        }
        return new ClusterCa(certificate, key, clock);
    }

    private static X509Certificate selfSigned(ClusterName cluster, KeyPair keys, Clock clock) {
        Instant from = clock.now().minus(SKEW);
        return CertificateBuilder.authority("ClusterMesh CA " + cluster, keys, new Validity(from, from.plus(VALIDITY)));
    }

    static boolean existsIn(Path pkiDir) {
        return Files.exists(pkiDir.resolve(CERTIFICATE_FILE)) && Files.exists(pkiDir.resolve(KEY_FILE));
    }

    /** The certificate that peers shall trust. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** Its private key as PEM (PKCS#8). */
    public String keyPem() {
        return PemFiles.pem(key);
    }

    /** ECDSA with SHA-256 over {@code content}, which whoever has {@link #certificate()} can verify. */
    public byte[] seal(byte[] content) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the CA's key can't sign", e);
        }
    }

    /** Whether {@code leaf} is ours, still valid and says what {@code request} asks for. */
    public boolean vouchesFor(X509Certificate leaf, LeafRequest request) {
        AlternativeNames names = AlternativeNames.of(leaf);
        return issued(leaf)
                && clock.now().isBefore(leaf.getNotAfter().toInstant())
                && leaf.getSubjectX500Principal().getName().equals("CN=" + request.commonName())
                && Set.copyOf(names.dns()).equals(Set.copyOf(request.names().dns()))
                && Set.copyOf(names.ips()).equals(Set.copyOf(request.names().ips()));
    }

    /** Issues a leaf with a new key. */
    public Leaf issue(LeafRequest request) {
        KeyPair keys = CertificateBuilder.newKeyPair();
        return new Leaf(sign(request, keys.getPublic()), keys.getPrivate());
    }

    /** Signs a certificate for a key that exists. */
    X509Certificate sign(LeafRequest request, PublicKey subjectKey) {
        Instant now = clock.now();
        Instant caEnd = certificate.getNotAfter().toInstant();
        if (!now.isBefore(caEnd)) {
            throw new CertificateException("the CA \"%s\" expired at %s; create a new one and connect the peers anew"
                    .formatted(certificate.getSubjectX500Principal(), caEnd));
        }
        Instant until = now.plus(request.validity());
        return CertificateBuilder.leaf(
                certificate,
                key,
                request,
                subjectKey,
                new Validity(now.minus(SKEW), until.isAfter(caEnd) ? caEnd : until));
    }

    /** Whether this CA signed {@code leaf}. */
    public boolean issued(X509Certificate leaf) {
        try {
            leaf.verify(certificate.getPublicKey());
            return leaf.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean belongTogether(PublicKey publicKey, PrivateKey privateKey) {
        try {
            byte[] probe = "does this key belong to that certificate?".getBytes(StandardCharsets.US_ASCII);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(privateKey);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
