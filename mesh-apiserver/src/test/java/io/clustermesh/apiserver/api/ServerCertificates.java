package io.clustermesh.apiserver.api;

import io.clustermesh.certs.PemFiles;
import io.clustermesh.store.tls.TlsFiles;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Shakes hands and tells which certificate the server showed. */
final class ServerCertificates {

    private ServerCertificates() {}

    static X509Certificate shownBy(int port, TlsFiles client) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                "client",
                PemFiles.readKey(client.key()),
                new char[0],
                PemFiles.readCertificates(client.certificate()).toArray(X509Certificate[]::new));
        keys.setCertificateEntry("ca", PemFiles.readCertificates(client.trust()).getFirst());
        KeyManagerFactory mine = KeyManagerFactory.getInstance("PKIX");
        mine.init(keys, new char[0]);
        TrustManagerFactory theirs = TrustManagerFactory.getInstance("PKIX");
        theirs.init(keys);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(mine.getKeyManagers(), theirs.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
