package io.clustermesh.certs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Certificates and keys as PEM files (RFC 7468).
 *
 * <p>A file is written whole under another name, flushed, and moved into place, so a reader sees the old or the new one;
 * it has its final mode from the moment it exists, so a key is never readable by others, not even for an instant.
 */
public final class PemFiles {

    private static final Set<PosixFilePermission> KEY_MODE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> CERTIFICATE_MODE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});
    private static final int LARGEST_FILE_BYTES = 1 << 20;

    private PemFiles() {}

    /** The certificate as PEM text. */
    public static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new CertificateException("certificate can't be encoded", e);
        }
    }

    /** All certificates in {@code file}, at least one. */
    public static List<X509Certificate> readCertificates(Path file) {
        return parseCertificates(read(file), file.toString());
    }

    /**
     * All certificates in PEM text, at least one.
     *
     * @param origin where the text comes from, for the message of a fault
     */
    public static List<X509Certificate> parseCertificates(String pem, String origin) {
        try {
            List<X509Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (certificates.isEmpty()) {
                throw new CertificateException(
                        "%s holds no certificate; it needs a PEM block BEGIN CERTIFICATE".formatted(origin));
            }
            return certificates;
        } catch (java.security.cert.CertificateException e) {
            throw new CertificateException(
                    "%s holds something that is no X.509 certificate; write it again as PEM".formatted(origin), e);
        }
    }

    /** The private key (EC, PKCS#8) in {@code file}. */
    public static PrivateKey readKey(Path file) {
        return parseKey(read(file), file.toString());
    }

    /**
     * The private key (EC, PKCS#8) in PEM text.
     *
     * @param origin where the text comes from, for the message of a fault
     */
    public static PrivateKey parseKey(String pem, String origin) {
        String begin = "-----BEGIN PRIVATE KEY-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END PRIVATE KEY-----");
        if (from < 0 || to < from) {
            throw new CertificateException(
                    "%s holds no PKCS#8 private key; convert it with \"openssl pkcs8 -topk8 -nocrypt\""
                            .formatted(origin));
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CertificateException("%s holds no EC private key; issue the leaf again".formatted(origin), e);
        }
    }

    /** The key as PEM text (PKCS#8). */
    public static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    static void writeKey(Path file, PrivateKey key) {
        write(file, pem("PRIVATE KEY", key.getEncoded()), KEY_MODE, true);
    }

    /** Fails if there is such a file already. */
    static void createKey(Path file, PrivateKey key) {
        write(file, pem("PRIVATE KEY", key.getEncoded()), KEY_MODE, false);
    }

    static void writeCertificate(Path file, X509Certificate certificate) {
        write(file, pem(certificate), CERTIFICATE_MODE, true);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + LINES.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE_BYTES) {
                throw new CertificateException("%s is larger than 1 MiB, which no certificate is".formatted(file));
            }
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new CertificateException("can't read %s: %s".formatted(file, e), e);
        }
    }

    private static void write(Path file, String text, Set<PosixFilePermission> mode, boolean replace) {
        Path directory = file.toAbsolutePath().getParent();
        try {
            Path draft = Files.createTempFile(directory, ".new-", "", PosixFilePermissions.asFileAttribute(mode));
            try {
                try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                    ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(true);
                }
                // the umask may have taken bits away, and others must be able to read certificates
                Files.setPosixFilePermissions(draft, mode);
                if (replace) {
                    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } else {
                    // a link, unlike a move, refuses to replace
                    Files.createLink(file, draft);
                }
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (FileAlreadyExistsException e) {
            throw new CertificateException(
                    "%s exists and is not overwritten; move it away first if you mean to replace it".formatted(file),
                    e);
        } catch (IOException e) {
            throw new CertificateException("can't write %s: %s".formatted(file, e), e);
        }
    }
}
