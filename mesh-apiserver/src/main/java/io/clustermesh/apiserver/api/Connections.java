package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Identity;
import io.clustermesh.apiserver.access.Refusals;
import io.clustermesh.apiserver.access.Role;
import io.clustermesh.apiserver.access.TrustedAuthorities;
import io.clustermesh.apiserver.h2.Admission;
import io.grpc.Attributes;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The open connections: who they are, why others were refused, and the means to cut one. Written on event loops, rechecked
 * by the reload agent.
 */
final class Connections implements Admission {

    private static final String REMEDY_STRANGER =
            "connect the clusters (clustermesh connect), so that the client's CA lies in the trust directory";
    private static final String REMEDY_HANDSHAKE =
            "the client needs a certificate and key of a known CA, and this cluster's CA as its trusted-ca-file";
    private static final String REMEDY_NO_ROLE =
            "use the certificate that was made for this: local-<cluster> for agents, remote-<cluster> for peers";

    private final Trust trust;
    private final Refusals refusals;
    private final Map<Channel, Client> clients = new ConcurrentHashMap<>();

    private record Client(X509Certificate[] chain, Identity identity) {}

    Connections(Trust trust, Refusals refusals) {
        this.trust = trust;
        this.refusals = refusals;
    }

    @Override
    public void handshakeFailed(Channel connection, Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            // a port check: it said nothing and left
            return;
        }
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        refusals.note(
                host(connection.remoteAddress()),
                inWords(String.valueOf(root.getMessage())),
                root instanceof Trust.StrangerException ? REMEDY_STRANGER : REMEDY_HANDSHAKE);
    }

    /** BoringSSL names its errors in capitals, after numbers that mean something to nobody. */
    private static String inWords(String message) {
        if (message.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")) {
            return "the client showed no certificate";
        }
        int name = message.lastIndexOf(':') + 1;
        return message.startsWith("error:")
                ? "the handshake failed: "
                        + message.substring(name).toLowerCase(Locale.ROOT).replace('_', ' ')
                : message;
    }

    @Override
    public Optional<Attributes> admit(Channel connection, Optional<SSLSession> session) {
        X509Certificate[] chain = session.map(Connections::chain).orElse(new X509Certificate[0]);
        // asked again although the handshake asked: a resumed session skips the trust manager
        Identity identity = trust.authorities().identify(chain);
        switch (identity) {
            case Identity.Known _ -> {}
            case Identity.NoRole(String reason) ->
                // let in, so that it is told in words
                refusals.note(host(connection.remoteAddress()), reason, REMEDY_NO_ROLE);
            case Identity.Stranger(String reason) -> {
                refusals.note(host(connection.remoteAddress()), reason, REMEDY_STRANGER);
                return Optional.empty();
            }
        }
        return Optional.of(remember(connection, new Client(chain, identity)));
    }

    private Attributes remember(Channel connection, Client client) {
        clients.put(connection, client);
        connection.closeFuture().addListener(_ -> clients.remove(connection));
        return Caller.attributes(client.identity(), connection.id());
    }

    /** Admits everybody to one role: for a plaintext listener on loopback. */
    Admission everybodyAs(Role role) {
        return new Admission() {
            @Override
            public Optional<Attributes> admit(Channel connection, Optional<SSLSession> session) {
                return Optional.of(remember(connection, new Client(new X509Certificate[0], new Identity.Known(role))));
            }

            @Override
            public void handshakeFailed(Channel connection, Throwable cause) {
                throw new IllegalStateException("there is no handshake on a plaintext listener", cause);
            }
        };
    }

    /** Cuts every connection whose certificates no longer mean what they meant; tells how many. */
    int recheck(TrustedAuthorities authorities) {
        int cut = 0;
        for (Map.Entry<Channel, Client> entry : clients.entrySet()) {
            Client client = entry.getValue();
            if (client.chain().length > 0
                    && !authorities.identify(client.chain()).equals(client.identity())) {
                var _ = entry.getKey().close();
                cut++;
            }
        }
        return cut;
    }

    /** Connections by user. */
    Map<String, Integer> byUser() {
        Map<String, Integer> counts = new TreeMap<>();
        clients.values().forEach(client -> {
            String user = client.identity() instanceof Identity.Known(Role role) ? role.user() : "no role";
            counts.merge(user, 1, Integer::sum);
        });
        return counts;
    }

    private static X509Certificate[] chain(SSLSession session) {
        try {
            Certificate[] shown = session.getPeerCertificates();
            return Arrays.copyOf(shown, shown.length, X509Certificate[].class);
        } catch (SSLPeerUnverifiedException e) {
            return new X509Certificate[0];
        }
    }

    private static String host(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : String.valueOf(address);
    }
}
