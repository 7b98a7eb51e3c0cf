package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Identity;
import io.clustermesh.apiserver.access.Refusals;
import io.clustermesh.apiserver.access.Role;
import io.clustermesh.apiserver.access.TrustedAuthorities;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The open connections: who they are, why others were refused, and the means to cut one. gRPC offers no way to close
 * one connection of a server, so this sees each of them as it is accepted, below gRPC.
 *
 * <p>Written on event loops, rechecked by the reload agent.
 */
final class Connections extends ServerTransportFilter {

    private static final String REMEDY_STRANGER =
            "connect the clusters (clustermesh connect), so that the client's CA lies in the trust directory";
    private static final String REMEDY_HANDSHAKE =
            "the client needs a certificate and key of a known CA, and this cluster's CA as its trusted-ca-file";
    private static final String REMEDY_NO_ROLE =
            "use the certificate that was made for this: local-<cluster> for agents, remote-<cluster> for peers";

    private final Trust trust;
    private final Refusals refusals;
    private final Map<SocketAddress, Channel> accepted = new ConcurrentHashMap<>();
    private final Map<SocketAddress, Client> clients = new ConcurrentHashMap<>();

    private record Client(X509Certificate[] chain, Identity identity) {}

    Connections(Trust trust, Refusals refusals) {
        this.trust = trust;
        this.refusals = refusals;
    }

    /** A listening channel that shows every accepted connection to {@link #accepted} first. */
    NioServerSocketChannel listen() {
        NioServerSocketChannel channel = new NioServerSocketChannel();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object child) {
                accepted((Channel) child);
                context.fireChannelRead(child);
            }
        });
        return channel;
    }

    private void accepted(Channel channel) {
        SocketAddress address = channel.remoteAddress();
        if (address == null) {
            return;
        }
        accepted.put(address, channel);
        channel.closeFuture().addListener(_ -> accepted.remove(address, channel));
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelInactive(ChannelHandlerContext context) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                if (tls != null) {
                    tls.handshakeFuture().addListener(handshake -> {
                        if (!handshake.isSuccess()) {
                            handshakeFailed(address, handshake.cause());
                        }
                    });
                }
                context.fireChannelInactive();
            }
        });
    }

    private void handshakeFailed(SocketAddress address, Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            // a port check: it said nothing and left
            return;
        }
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        refusals.note(
                host(address),
                String.valueOf(root.getMessage()),
                root instanceof Trust.StrangerException ? REMEDY_STRANGER : REMEDY_HANDSHAKE);
    }

    /** After the handshake, on the connection's event loop. */
    @Override
    public Attributes transportReady(Attributes attributes) {
        SocketAddress address = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        SSLSession session = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        X509Certificate[] chain = session == null ? new X509Certificate[0] : chain(session);
        // asked again although the handshake asked: a resumed session skips the trust manager
        Identity identity = trust.authorities().identify(chain);
        if (address != null) {
            clients.put(address, new Client(chain, identity));
            switch (identity) {
                case Identity.Known _ -> {}
                case Identity.NoRole(String reason) -> refusals.note(host(address), reason, REMEDY_NO_ROLE);
                case Identity.Stranger(String reason) -> {
                    refusals.note(host(address), reason, REMEDY_STRANGER);
                    cut(address);
                }
            }
        }
        return attributes.toBuilder().set(Caller.IDENTITY, identity).build();
    }

    /** gRPC has no attributes to give for a connection that never got as far as {@link #transportReady}. */
    @Override
    public void transportTerminated(@Nullable Attributes attributes) {
        SocketAddress address = attributes == null ? null : attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        if (address != null) {
            clients.remove(address);
        }
    }

    /** Cuts every connection whose certificates no longer mean what they meant; tells how many. */
    int recheck(TrustedAuthorities authorities) {
        int cut = 0;
        for (Map.Entry<SocketAddress, Client> entry : clients.entrySet()) {
            Client client = entry.getValue();
            if (!authorities.identify(client.chain()).equals(client.identity())) {
                cut(entry.getKey());
                cut++;
            }
        }
        return cut;
    }

    private void cut(SocketAddress address) {
        Channel channel = accepted.get(address);
        if (channel != null) {
            // from the outermost handler: gRPC's own would first wait for every open watch to end by itself
            ChannelHandlerContext outermost = channel.pipeline().firstContext();
            var _ = outermost == null ? channel.close() : outermost.close();
        }
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

    private static String host(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : address.toString();
    }
}
