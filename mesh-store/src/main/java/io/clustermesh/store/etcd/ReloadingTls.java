package io.clustermesh.store.etcd;

import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.tls.TlsFiles;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.CertificateUtils;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TLS client context whose certificate and trust follow their files: a rotation is seen by the first handshake after
 * it. Files are looked at before a call, on the caller's thread, and not more often than once a second.
 */
final class ReloadingTls {

    private static final Logger LOG = LoggerFactory.getLogger(ReloadingTls.class);
    private static final long LOOK_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

    private final TlsFiles files;
    private final Clock clock;
    private final AdvancedTlsX509KeyManager keyManager = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trustManager;
    private final SslContext context;
    private Contents loaded;
    private long lookedNanos;

    @SuppressWarnings("ArrayRecordComponent")
    private record Contents(byte[] trust, byte[] certificate, byte[] key) {
        boolean sameAs(Contents other) {
            return Arrays.equals(trust, other.trust)
                    && Arrays.equals(certificate, other.certificate)
                    && Arrays.equals(key, other.key);
        }
    }

    /** @throws StoreException.Unavailable if a file is missing or unusable */
    ReloadingTls(TlsFiles files, Clock clock) {
        this.files = files;
        this.clock = clock;
        try {
            trustManager = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION)
                    .build();
            loaded = read();
            use(trustManager, keyManager, loaded);
            context = GrpcSslContexts.configure(
                            SslContextBuilder.forClient().keyManager(keyManager).trustManager(trustManager),
                            TlsProvider.collected())
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw new StoreException.Unavailable(
                    "TLS files %s, %s and %s can't be used (%s); put PEM files there that this process may read"
                            .formatted(files.trust(), files.certificate(), files.key(), e),
                    e);
        }
        lookedNanos = clock.monotonicNanos();
    }

    SslContext context() {
        return context;
    }

    /** Reads the files again if they changed; new files that make no sense are not used. */
    synchronized void refresh() {
        long now = clock.monotonicNanos();
        if (now - lookedNanos < LOOK_EVERY_NANOS) {
            return;
        }
        lookedNanos = now;
        try {
            Contents contents = read();
            if (!contents.sameAs(loaded)) {
                use(trustManager, keyManager, contents);
                loaded = contents;
                LOG.atInfo().addKeyValue("certificate", files.certificate()).log("TLS files changed, new ones in use");
            }
        } catch (IOException | GeneralSecurityException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("certificate", files.certificate())
                    .log("TLS files changed but can't be used, keeping the old ones; correct the files");
        }
    }

    private Contents read() throws IOException {
        return new Contents(bytes(files.trust()), bytes(files.certificate()), bytes(files.key()));
    }

    private static byte[] bytes(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    // everything is parsed before anything is put to use, so that a half-written rotation changes nothing
    private static void use(
            AdvancedTlsX509TrustManager trustManager, AdvancedTlsX509KeyManager keyManager, Contents contents)
            throws IOException, GeneralSecurityException {
        X509Certificate[] trust = CertificateUtils.getX509Certificates(new ByteArrayInputStream(contents.trust()));
        X509Certificate[] chain =
                CertificateUtils.getX509Certificates(new ByteArrayInputStream(contents.certificate()));
        PrivateKey key = CertificateUtils.getPrivateKey(new ByteArrayInputStream(contents.key()));
        if (trust.length == 0 || chain.length == 0) {
            throw new GeneralSecurityException("a file holds no certificate");
        }
        trustManager.updateTrustCredentials(trust);
        keyManager.updateIdentityCredentials(chain, key);
    }
}
