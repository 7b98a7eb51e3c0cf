package io.clustermesh.store.etcd;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who does TLS on etcd API connections: BoringSSL where its library loads, else the JDK, which is slower. */
public final class TlsProvider {

    private static final Logger LOG = LoggerFactory.getLogger(TlsProvider.class);
    private static final boolean NATIVE = loaded();

    private TlsProvider() {}

    /** For contexts that come and go, whose native memory goes with the garbage. */
    public static SslProvider collected() {
        return NATIVE ? SslProvider.OPENSSL : SslProvider.JDK;
    }

    /** For a context that stays as long as the process, whose connections free their memory when they end. */
    public static SslProvider counted() {
        return NATIVE ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }

    private static boolean loaded() {
        if (OpenSsl.isAvailable()) {
            return true;
        }
        LOG.atInfo()
                .addKeyValue("reason", String.valueOf(OpenSsl.unavailabilityCause()))
                .log("no native TLS on this platform, the JDK's is used");
        return false;
    }
}
