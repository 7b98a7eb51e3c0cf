package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.AccessRules;
import io.clustermesh.apiserver.access.Identity;
import io.clustermesh.apiserver.access.TrustedAuthorities;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The authorities of this moment, as JDK TLS wants to ask them. A handshake passes if the chain ends at one of them;
 * whether the name has a role is decided afterwards, so that a client with the wrong name is told so in words.
 *
 * <p>No acceptable issuers are announced: a Go client would otherwise send no certificate at all when it has none of
 * them, and nobody could tell whose it was. Asked on event loops, changed by the reload agent.
 */
final class Trust extends X509ExtendedTrustManager {

    private volatile TrustedAuthorities authorities;

    Trust(AccessRules rules) {
        authorities = TrustedAuthorities.of(rules, Map.of());
    }

    /** A chain that ends nowhere. */
    static final class StrangerException extends CertificateException {
        private static final long serialVersionUID = 1L;

        StrangerException(String message) {
            super(message);
        }
    }

    TrustedAuthorities authorities() {
        return authorities;
    }

    void replace(TrustedAuthorities next) {
        authorities = next;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (authorities.identify(chain) instanceof Identity.Stranger(String reason)) {
            throw new StrangerException(reason);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw serverSide();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw serverSide();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw serverSide();
    }

    private static CertificateException serverSide() {
        return new CertificateException("this trust manager judges clients only; it belongs to a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
