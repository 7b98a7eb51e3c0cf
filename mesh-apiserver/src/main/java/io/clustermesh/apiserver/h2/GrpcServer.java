package io.clustermesh.apiserver.h2;

import io.grpc.Attributes;
import io.grpc.Status;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/**
 * A gRPC server. It owns its event loops; calls run on them and must not block.
 *
 * <p>Order of life: make, {@linkplain #serve give it methods}, {@link #listen}, {@link #drain}, {@link #close}.
 */
public final class GrpcServer implements AutoCloseable {

    private static final String HTTP2 = "h2";
    private static final int BACKLOG = 1024;

    /** Bytes in front of a socket at which streams wait in their own queues instead. */
    private static final WriteBufferWaterMark SOCKET_QUEUE = new WriteBufferWaterMark(32 << 10, 128 << 10);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

    private final H2Limits limits;
    private final Transport transport = Transport.best();
    private final EventLoopGroup loops;
    private final Map<EventLoop, Flusher> flushers = new HashMap<>();
    private final Set<H2Connection> connections = ConcurrentHashMap.newKeySet();
    private final List<Channel> listeners = new ArrayList<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;
    private volatile Map<String, GrpcMethod> methods = Map.of();

    /**
     * A way in.
     *
     * @param address port 0 for any
     * @param tls how clients are met, nothing for plaintext
     * @param reusePort other processes may listen there too
     * @param admission who is served
     */
    public record Door(InetSocketAddress address, Optional<SslContext> tls, boolean reusePort, Admission admission) {}

    /**
     * @param name of its threads
     * @param threads event loops
     */
    public GrpcServer(String name, int threads, H2Limits limits) {
        this.limits = limits;
        loops = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), transport.io());
        for (EventExecutor loop : loops) {
            flushers.put((EventLoop) loop, new Flusher((EventLoop) loop));
        }
    }

    /** Its event loops, for services that keep something for each. */
    public EventLoopGroup loops() {
        return loops;
    }

    /** What is served from now on, by path. */
    public void serve(Map<String, GrpcMethod> served) {
        methods = Map.copyOf(served);
    }

    /**
     * Opens a door.
     *
     * @return where
     * @throws IOException if the address can't be listened on
     */
    public InetSocketAddress listen(Door door) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(transport.listener())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, SOCKET_QUEUE)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(door, channel);
                    }
                });
        if (door.reusePort()) {
            bootstrap.option(transport.reusePort(), true);
        }
        ChannelFuture bound = bootstrap.bind(door.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            throw cause instanceof IOException e ? e : new IOException(cause);
        }
        listeners.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private void accept(Door door, Channel channel) {
        Flusher flusher = flushers.get(channel.eventLoop());
        if (flusher == null) {
            throw new IllegalStateException("a connection came in on a loop that is not this server's");
        }
        H2Connection connection = new H2Connection(this, flusher);
        door.tls().ifPresent(tls -> channel.pipeline().addLast(tls.newHandler(channel.alloc())));
        channel.pipeline().addLast(new Doorkeeper(door, connection), connection);
    }

    /** Lets a connection in once it may be, then leaves the pipeline. */
    private final class Doorkeeper extends ChannelInboundHandlerAdapter {
        private final Door door;
        private final H2Connection connection;

        Doorkeeper(Door door, H2Connection connection) {
            this.door = door;
            this.connection = connection;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (door.tls().isEmpty()) {
                admit(context, Optional.empty());
            }
            context.fireChannelActive();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                if (!handshake.isSuccess()) {
                    door.admission().handshakeFailed(context.channel(), handshake.cause());
                    var _ = context.close();
                } else if (!HTTP2.equals(tls.applicationProtocol())) {
                    var _ = context.close();
                } else {
                    admit(context, Optional.of(tls.engine().getSession()));
                }
            }
            context.fireUserEventTriggered(event);
        }

        private void admit(ChannelHandlerContext context, Optional<SSLSession> session) {
            Optional<Attributes> client = door.admission().admit(context.channel(), session);
            if (client.isEmpty()) {
                var _ = context.close();
                return;
            }
            connections.add(connection);
            context.channel().closeFuture().addListener(_ -> ended(connection));
            ChannelHandlerContext own = context.pipeline().context(connection);
            connection.greet(own, client.get(), session.isPresent());
            context.pipeline().remove(this);
        }
    }

    GrpcMethod method(String path) {
        GrpcMethod method = methods.get(path);
        return method != null
                ? method
                : _ -> {
                    throw Status.UNIMPLEMENTED
                            .withDescription("unknown method %s; this server has no such service".formatted(path))
                            .asRuntimeException();
                };
    }

    H2Limits limits() {
        return limits;
    }

    /**
     * Closes the doors and asks every connection to end once its calls have; any thread.
     *
     * @return done when none is left
     */
    public CompletableFuture<Void> drain() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly(STOP_LIMIT.toMillis()));
        connections.forEach(connection -> connection.loop().execute(connection::drain));
        draining = true;
        if (connections.isEmpty()) {
            drained.complete(null);
        }
        return drained;
    }

    private void ended(H2Connection connection) {
        connections.remove(connection);
        if (draining && connections.isEmpty()) {
            drained.complete(null);
        }
    }

    /** Connections now; any thread. */
    public int connections() {
        return connections.size();
    }

    /** Ends every connection, then the event loops; any thread but theirs. */
    @Override
    public void close() {
        var _ = drain();
        connections.forEach(connection -> connection.loop().execute(connection::close));
        loops.shutdownGracefully(0, STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(STOP_LIMIT.toMillis());
    }
}
