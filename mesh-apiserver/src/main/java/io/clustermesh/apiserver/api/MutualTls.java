package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Identity;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/** The certificate and the authorities of this moment, for other listeners of the process; reloaded with the API's. */
public final class MutualTls {

    private final ServerIdentity identity;
    private final Trust trust;

    MutualTls(ServerIdentity identity, Trust trust) {
        this.identity = identity;
        this.trust = trust;
    }

    /** The server's own certificate. */
    public X509KeyManager keyManager() {
        return identity.keyManager();
    }

    /** Lets every chain pass that ends at a known authority. */
    public X509TrustManager trustManager() {
        return trust;
    }

    /** Whom {@code chain}, leaf first, makes its holder now. */
    public Identity identify(X509Certificate[] chain) {
        return trust.authorities().identify(chain);
    }
}
