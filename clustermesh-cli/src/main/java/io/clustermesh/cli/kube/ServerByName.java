package io.clustermesh.cli.kube;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts one server: the chain must end at the cluster's own CA and the leaf be made out to {@code commonName}. The
 * address does not count, since a port that is forwarded, a node's and a load balancer's lead to the same server.
 */
final class ServerByName extends X509ExtendedTrustManager {

    private final X509TrustManager chain;
    private final String subject;

    private ServerByName(X509TrustManager chain, String subject) {
        this.chain = chain;
        this.subject = subject;
    }

    static ServerByName of(X509Certificate ca, String commonName) throws GeneralSecurityException, IOException {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("ca", ca);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return new ServerByName(x509, "CN=" + commonName);
            }
        }
        throw new GeneralSecurityException("this JDK has no X.509 trust manager");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String authType) throws CertificateException {
        chain.checkServerTrusted(certificates, authType);
        String shown = certificates[0].getSubjectX500Principal().getName();
        if (!shown.equals(subject)) {
            throw new CertificateException("the server is \"%s\", wanted is \"%s\"".formatted(shown, subject));
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String authType, @Nullable Socket socket)
            throws CertificateException {
        checkServerTrusted(certificates, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] certificates, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(certificates, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String authType) throws CertificateException {
        throw new CertificateException("this side is never a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String authType, @Nullable Socket socket)
            throws CertificateException {
        checkClientTrusted(certificates, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] certificates, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(certificates, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chain.getAcceptedIssuers();
    }
}
