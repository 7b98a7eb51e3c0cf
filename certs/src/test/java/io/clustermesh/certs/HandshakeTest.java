package io.clustermesh.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.model.ClusterName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files as a TLS stack sees them: the JDK's server and client, mutual TLS, host names checked. */
class HandshakeTest {

    private static final ClusterName WEST = new ClusterName("west");

    @TempDir
    Path dir;

    private ClusterPki west;

    @BeforeEach
    void cluster() {
        west = ClusterPki.issueAll(dir.resolve("west"), WEST, AlternativeNames.NONE);
    }

    @Test
    void shouldConnectAnAgentToItsServer() throws Exception {
        assertThat(handshake(context(west, LeafName.LOCAL), "127.0.0.1")).isEqualTo("CN=local-west");
    }

    @Test
    void shouldReachTheServerByName() throws Exception {
        assertThat(handshake(context(west, LeafName.ADMIN), "localhost")).isEqualTo("CN=admin-west");
    }

    @Test
    void shouldRefuseAStrangersClient() throws Exception {
        ClusterPki stranger = ClusterPki.issueAll(dir.resolve("stranger"), WEST, AlternativeNames.NONE);
        SSLContext client = context(
                stranger.certificateFile(LeafName.LOCAL),
                stranger.keyFile(LeafName.LOCAL),
                west.ca().certificate());

        assertThatThrownBy(() -> handshake(client, "127.0.0.1")).isInstanceOf(IOException.class);
    }

    @Test
    void shouldRefuseAStrangersServer() {
        ClusterPki stranger = ClusterPki.issueAll(dir.resolve("stranger"), WEST, AlternativeNames.NONE);
        SSLContext client = context(stranger, LeafName.LOCAL);

        assertThatThrownBy(() -> handshake(client, "127.0.0.1"))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("path");
    }

    @Test
    void shouldRefuseAServersLeafAsAClient() {
        SSLContext client = context(west, LeafName.SERVER);

        assertThatThrownBy(() -> handshake(client, "127.0.0.1")).isInstanceOf(IOException.class);
    }

    /** The subject that the server saw. Only the first bytes over the wire prove that both sides agreed (TLS 1.3). */
    private String handshake(SSLContext client, String host) throws Exception {
        try (SSLServerSocket server = (SSLServerSocket) context(west, LeafName.SERVER)
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setNeedClientAuth(true);
            CompletableFuture<Principal> seen = CompletableFuture.supplyAsync(() -> serveOne(server));
            try (SSLSocket socket = (SSLSocket) client.getSocketFactory()
                    .createSocket(new Socket("127.0.0.1", server.getLocalPort()), host, server.getLocalPort(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                assertThat(socket.getInputStream().read()).isEqualTo('!');
            }
            return seen.join().getName();
        }
    }

    private static Principal serveOne(SSLServerSocket server) {
        try (SSLSocket socket = (SSLSocket) server.accept()) {
            Principal peer = socket.getSession().getPeerPrincipal();
            socket.getOutputStream().write('!');
            return peer;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static SSLContext context(ClusterPki pki, LeafName leaf) {
        return context(pki.certificateFile(leaf), pki.keyFile(leaf), pki.ca().certificate());
    }

    private static SSLContext context(Path certificate, Path key, X509Certificate trusted) {
        try {
            char[] password = {};
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, password);
            keys.setKeyEntry("leaf", PemFiles.readKey(key), password, new X509Certificate[] {
                PemFiles.readCertificates(certificate).getFirst()
            });
            KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
            own.init(keys, password);
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, password);
            anchors.setCertificateEntry("ca", trusted);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(anchors);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
