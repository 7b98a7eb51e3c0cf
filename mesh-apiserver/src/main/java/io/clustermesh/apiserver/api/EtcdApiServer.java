package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.AccessRules;
import io.clustermesh.apiserver.access.Refusals;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.store.runtime.Lifecycle;
import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The etcd v3 API over mutual TLS. The one class that knows the transport: grpc-java on Netty, every handler on the
 * connection's event loop.
 */
public final class EtcdApiServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdApiServer.class);

    /** Requests are small; etcd's own bound is 1.5 MiB. */
    private static final int MAX_REQUEST_BYTES = 2 << 20;

    /** What a client may send before it must wait, on a stream and on the connection, in bytes. */
    private static final int FLOW_CONTROL_WINDOW = 1 << 20;

    /** How often a client may ping, without calls too; Go etcd clients ping every few seconds. */
    private static final Duration PERMITTED_PING = Duration.ofSeconds(1);

    /** When we ping a silent client, and how long it may take. */
    private static final Duration PING = Duration.ofSeconds(30);

    private static final Duration PING_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

    private final Server server;
    private final EventLoopGroup loops;
    private final WatchService watches;
    private final KvService kv;
    private final Connections connections;
    private final Refusals refusals;
    private final TlsReload reload;
    private final ApiCounters counters;
    private final MutualTls tls;
    private final String host;

    private EtcdApiServer(ApiConfig config, WatchCache cache, Channel etcd, Lifecycle lifecycle) {
        host = config.endpoint().host();
        counters = new ApiCounters();
        refusals = new Refusals(lifecycle.clock());
        Trust trust = new Trust(new AccessRules(config.cluster()));
        connections = new Connections(trust, refusals);
        ServerIdentity identity =
                new ServerIdentity(config.tls().certificate(), config.tls().key());
        tls = new MutualTls(identity, trust);
        reload = new TlsReload(config, trust, identity, connections, lifecycle.clock());
        reload.reloadIfChanged();
        if (!reload.errors().isEmpty()) {
            throw new IllegalStateException(String.join("\n", reload.errors()));
        }
        Headers headers = new Headers(config.cluster());
        loops = new MultiThreadIoEventLoopGroup(
                config.limits().eventLoops(), new DefaultThreadFactory("etcd-api", true), NioIoHandler.newFactory());
        Loops all = new Loops(loops);
        ServiceLimits limits = config.limits().services();
        WatchStream.Shared shared = new WatchStream.Shared(
                cache, headers, counters, new WatchQuota(limits.watches(), lifecycle.clock()), lifecycle.clock());
        watches = new WatchService(all, shared, config.limits().progressInterval(), limits.leaderAway());
        kv = new KvService(shared, etcd, all, limits.reads());
        Passage passage = new Passage(etcd, all, cache, counters);
        NettyServerBuilder builder = transport(config, tls(identity, trust))
                .intercept(new Caller.Guard())
                .addTransportFilter(connections)
                .addService(kv.definition(passage))
                .addService(watches.definition())
                .addService(Upkeep.leases(passage))
                .addService(Upkeep.auth());
        new MemberServices(
                        cache,
                        headers,
                        "mesh-apiserver-" + config.cluster(),
                        config.endpoint().advertisedUrl())
                .all(passage)
                .forEach(builder::addService);
        server = builder.build();
    }

    /**
     * Starts listening. The cache may still be empty: clients are told to come back.
     *
     * @param etcd for what memory can't answer: how new it is, and what the administrator writes
     * @param lifecycle owns the server and its reload agent from here on
     * @throws IllegalStateException if a certificate can't be used or the address is taken, naming it
     */
    public static EtcdApiServer start(ApiConfig config, WatchCache cache, Channel etcd, Lifecycle lifecycle) {
        EtcdApiServer api = new EtcdApiServer(config, cache, etcd, lifecycle);
        try {
            api.server.start();
        } catch (IOException e) {
            api.loops.shutdownGracefully();
            throw new IllegalStateException(
                    "the etcd API can't listen on %s:%d (%s); free the port or change the listen address"
                            .formatted(
                                    config.endpoint().host(), config.endpoint().port(), rootMessage(e)),
                    e);
        }
        lifecycle.own("etcd API", api);
        lifecycle.run(api.reload);
        LOG.atInfo()
                .addKeyValue("cluster", config.cluster())
                .addKeyValue("listening", api.listening())
                .log("etcd API serves");
        return api;
    }

    private NettyServerBuilder transport(ApiConfig config, SslContext tls) {
        return NettyServerBuilder.forAddress(config.endpoint().address())
                .channelFactory(connections::listen)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .directExecutor()
                .sslContext(tls)
                .maxConcurrentCallsPerConnection(Integer.MAX_VALUE)
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(MAX_REQUEST_BYTES)
                .permitKeepAliveTime(PERMITTED_PING.toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(PING.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(PING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static SslContext tls(ServerIdentity identity, Trust trust) {
        try {
            return GrpcSslContexts.configure(SslContextBuilder.forServer(identity.keyManager()), SslProvider.JDK)
                    .trustManager(trust)
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JDK can't make a TLS context for the etcd API", e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    private String listening() {
        return host + ":" + port();
    }

    /** Its certificate and authorities, for other listeners. */
    public MutualTls tls() {
        return tls;
    }

    /** What it is doing; any thread. */
    public ApiStatus status() {
        List<Refusals.Refusal> last = refusals.last();
        return new ApiStatus(
                listening(),
                connections.byUser(),
                counters.snapshot(),
                counters.requests(),
                refusals.total(),
                last,
                reload.errors());
    }

    /** Ends every call and connection, then the event loops. */
    @Override
    public void close() throws Exception {
        watches.close();
        kv.close();
        server.shutdownNow();
        server.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        loops.shutdownGracefully(0, STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .await(STOP_LIMIT.toMillis());
    }
}
