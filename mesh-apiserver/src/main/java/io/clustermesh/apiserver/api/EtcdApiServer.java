package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.AccessRules;
import io.clustermesh.apiserver.access.Refusals;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.h2.GrpcMethod;
import io.clustermesh.apiserver.h2.GrpcServer;
import io.clustermesh.apiserver.h2.H2Limits;
import io.clustermesh.apiserver.h2.HostedServices;
import io.clustermesh.store.etcd.TlsProvider;
import io.clustermesh.store.runtime.Lifecycle;
import io.grpc.Channel;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The etcd v3 API over mutual TLS: puts certificates, roles and services together on our {@link GrpcServer}. Every handler
 * runs on its connection's event loop.
 */
public final class EtcdApiServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdApiServer.class);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(3);

    private final ApiConfig config;
    private final GrpcServer server;
    private final WatchService watches;
    private final KvService kv;
    private final Connections connections;
    private final Refusals refusals;
    private final TlsReload reload;
    private final ApiCounters counters = new ApiCounters();
    private final AccessRules rules;
    private final SslContext clientTls;
    private final MutualTls tls;
    private int port;
    private int plaintextPort;

    private EtcdApiServer(ApiConfig config, WatchCache cache, Channel etcd, Lifecycle lifecycle) {
        this.config = config;
        rules = new AccessRules(config.cluster());
        refusals = new Refusals(lifecycle.clock());
        Trust trust = new Trust(rules);
        connections = new Connections(trust, refusals);
        ServerIdentity identity =
                new ServerIdentity(config.tls().certificate(), config.tls().key());
        tls = new MutualTls(identity, trust);
        reload = new TlsReload(config, trust, identity, connections, lifecycle.clock());
        reload.reloadIfChanged();
        if (!reload.errors().isEmpty()) {
            throw new IllegalStateException(String.join("\n", reload.errors()));
        }
        clientTls = clientTls(identity, trust);
        Headers headers = new Headers(config.cluster());
        server = new GrpcServer("etcd-api", config.limits().eventLoops(), H2Limits.DEFAULT);
        Loops loops = new Loops(server.loops());
        ServiceLimits limits = config.limits().services();
        WatchStream.Shared shared = new WatchStream.Shared(
                cache, headers, counters, new WatchQuota(limits.watches(), lifecycle.clock()), lifecycle.clock());
        watches = new WatchService(loops, shared, config.limits());
        kv = new KvService(shared, etcd, loops, limits.reads());
        server.serve(methods(cache, headers, new Passage(etcd, loops, cache, counters)));
    }

    private Map<String, GrpcMethod> methods(WatchCache cache, Headers headers, Passage passage) {
        List<ServerServiceDefinition> services = new ArrayList<>();
        services.add(kv.definition(passage));
        services.add(Upkeep.leases(passage));
        services.add(Upkeep.auth());
        services.addAll(new MemberServices(
                        cache,
                        headers,
                        "mesh-apiserver-" + config.cluster(),
                        config.endpoint().advertisedUrl())
                .all(passage));
        Map<String, GrpcMethod> methods = HostedServices.methods(services.stream()
                .map(service -> ServerInterceptors.intercept(service, new Caller.Guard()))
                .toList());
        methods.put(WatchService.path(), watches::open);
        return methods;
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
            api.listen();
        } catch (RuntimeException e) {
            api.server.close();
            throw e;
        }
        lifecycle.own("etcd API", api);
        lifecycle.run(api.reload);
        LOG.atInfo()
                .addKeyValue("cluster", config.cluster())
                .addKeyValue("listening", api.listening())
                .log("etcd API serves");
        return api;
    }

    private void listen() {
        ApiEndpoint endpoint = config.endpoint();
        port = listen(
                new GrpcServer.Door(endpoint.address(), Optional.of(clientTls), endpoint.reusePort(), connections));
        endpoint.plaintext().ifPresent(plain -> {
            plaintextPort = listen(new GrpcServer.Door(
                    plain.address(),
                    Optional.empty(),
                    endpoint.reusePort(),
                    connections.everybodyAs(rules.role(plain.role()))));
            LOG.atWarn()
                    .addKeyValue("port", plaintextPort)
                    .addKeyValue("role", plain.role())
                    .log("etcd API serves without TLS on loopback; everybody on this machine has that role");
        });
    }

    private int listen(GrpcServer.Door door) {
        try {
            return server.listen(door).getPort();
        } catch (IOException e) {
            InetSocketAddress at = door.address();
            throw new IllegalStateException(
                    "the etcd API can't listen on %s:%d (%s); free the port or change the listen address"
                            .formatted(at.getHostString(), at.getPort(), rootMessage(e)),
                    e);
        }
    }

    private static SslContext clientTls(ServerIdentity identity, Trust trust) {
        try {
            return SslContextBuilder.forServer(identity.keyManager())
                    .sslProvider(TlsProvider.counted())
                    .trustManager(trust)
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2))
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
        return port;
    }

    /** The port without TLS, 0 if there is none. */
    public int plaintextPort() {
        return plaintextPort;
    }

    private String listening() {
        return config.endpoint().host() + ":" + port;
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
                counters.requests(kv.now()),
                refusals.total(),
                last,
                reload.errors());
    }

    /**
     * Takes no more clients and calls, sends each watch everything up to now and ends it, so that its client goes on
     * with another replica from there. Returns when all connections have ended, or after {@code limit}.
     */
    public void drain(Duration limit) {
        CompletableFuture<Void> ended = server.drain();
        watches.stop();
        try {
            ended.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atInfo().addKeyValue("connections", server.connections()).log("clients that don't read are cut");
        } catch (ExecutionException e) {
            LOG.atWarn().setCause(e).log("connections did not end in order");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Drains for a moment, then ends what is left and the event loops. */
    @Override
    public void close() throws Exception {
        drain(DRAIN_LIMIT);
        watches.close();
        kv.close();
        server.close();
    }
}
