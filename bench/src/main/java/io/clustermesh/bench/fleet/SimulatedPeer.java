package io.clustermesh.bench.fleet;

import io.clustermesh.model.Keys;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One cluster of the fleet. */
final class SimulatedPeer {

    private final Records records;
    private final PeerStore store;
    private final EventLoopGroup loop;
    private final Server server;

    /** How much there is in it. */
    record Size(int nodes, int podsPerNode) {}

    private SimulatedPeer(Records records, PeerStore store, EventLoopGroup loop, Server server) {
        this.records = records;
        this.store = store;
        this.loop = loop;
        this.server = server;
    }

    /**
     * @param now the time as text, for heartbeat and canaries
     * @param loop the one thread of the fleet
     * @param tls mutual TLS, the same for all peers
     */
    static SimulatedPeer start(Records records, Size size, String now, EventLoopGroup loop, SslContext tls)
            throws IOException {
        PeerStore store = new PeerStore(records.id().value());
        records.frame(now).forEach(store::put);
        for (int node = 0; node < size.nodes(); node++) {
            Map.Entry<String, byte[]> entry = records.node(node);
            store.put(entry.getKey(), entry.getValue());
            for (int slot = 0; slot < size.podsPerNode(); slot++) {
                store.put(Keys.ip(records.pod(node, slot)), records.podValue(node, slot, 0));
            }
        }
        store.open();
        PeerService service = new PeerService(store);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .channelType(NioServerSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .directExecutor()
                .sslContext(tls)
                .addService(service.ranges())
                .addService(service.watches())
                .build()
                .start();
        return new SimulatedPeer(records, store, loop, server);
    }

    Records records() {
        return records;
    }

    int port() {
        return server.getPort();
    }

    /** A pod changes, as soon as the event loop comes to it; its new value says when it was asked to. */
    void change(int node, int slot, long stamp) {
        byte[] value = records.podValue(node, slot, stamp);
        String key = Keys.ip(records.pod(node, slot));
        loop.execute(() -> store.put(key, value));
    }

    /** It is alive. */
    void heartbeat(String now) {
        byte[] value = now.getBytes(StandardCharsets.UTF_8);
        loop.execute(() -> store.put(Keys.HEARTBEAT, value));
    }
}
