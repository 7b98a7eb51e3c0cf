package io.clustermesh.store.admin;

import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * Mutual TLS of the admin API's TCP listener.
 *
 * @param identity the server's own certificate; asked for each handshake
 * @param trust which chains pass the handshake
 * @param access who of those may ask
 */
public record AdminTls(X509KeyManager identity, X509TrustManager trust, Access access) {

    /** Decides for each request, so that a client whose right was taken away is refused on its old connection too. */
    @FunctionalInterface
    public interface Access {
        /** Why the holder of {@code chain}, leaf first, may not ask; empty if it may. Called on the event loop. */
        Optional<String> refusal(X509Certificate[] chain);
    }
}
