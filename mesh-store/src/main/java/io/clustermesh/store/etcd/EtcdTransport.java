package io.clustermesh.store.etcd;

import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Worker;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What the connections of a process share: one Netty event loop for all sockets, and virtual threads for callbacks. It
 * owns both, and outlives the stores that use it.
 */
public final class EtcdTransport implements AutoCloseable {

    /**
     * Largest message taken, in bytes. etcd's answers to catching-up watches reach some 22 MB unless they are
     * fragmented; whatever is larger is asked for in smaller pages.
     */
    static final int MAX_MESSAGE_BYTES = 32 << 20;

    private static final int FLOW_WINDOW_BYTES = 1 << 20;

    private final EventLoopGroup eventLoop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("etcd-io", true), NioIoHandler.newFactory());
    private final ExecutorService callbacks = Worker.executor("etcd-callback");
    private final Clock clock;

    public EtcdTransport(Clock clock) {
        this.clock = clock;
    }

    Clock clock() {
        return clock;
    }

    /** Runs {@code task} on a virtual thread, where it may block. */
    void offload(Runnable task) {
        callbacks.execute(task);
    }

    /** Virtual threads, one for each task. */
    ExecutorService background() {
        return callbacks;
    }

    /**
     * A channel that connects at its first call, and again after a break.
     *
     * @param address where the endpoint's host is, if DNS is not to be asked; its name is verified all the same
     */
    ManagedChannel channel(URI endpoint, Optional<IpAddress> address, Optional<ReloadingTls> tls) {
        String host = EtcdTarget.host(endpoint);
        int port = EtcdTarget.port(endpoint);
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(
                        address.map(IpAddress::toString).orElse(host), port)
                .eventLoopGroup(eventLoop)
                .channelType(NioSocketChannel.class)
                .executor(callbacks)
                .offloadExecutor(callbacks)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .flowControlWindow(FLOW_WINDOW_BYTES)
                // etcd refuses pings more often than every 5 s
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .disableRetry();
        if (address.isPresent()) {
            builder.overrideAuthority(host + ":" + port);
        }
        if (tls.isPresent()) {
            builder.sslContext(tls.get().context());
        } else {
            builder.usePlaintext();
        }
        return builder.build();
    }

    @Override
    public void close() {
        eventLoop.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        callbacks.shutdownNow();
    }
}
