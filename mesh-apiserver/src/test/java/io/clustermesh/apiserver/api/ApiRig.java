package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.CacheFeed;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.certs.LeafName;
import io.clustermesh.certs.LeafRequest;
import io.clustermesh.certs.TrustBundle;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdRelay;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.tls.TlsFiles;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The API of cluster west over a store, with certificates of its own and a peer east. */
final class ApiRig implements AutoCloseable {

    static final ClusterName WEST = new ClusterName("west");
    static final ClusterName EAST = new ClusterName("east");

    private final Path home;
    private final KvStore store;
    private final ClusterPki west;
    private final ClusterPki east;
    private final TrustBundle bundle;
    private final Lifecycle lifecycle = new Lifecycle("api-test", Clock.system());
    private final WatchCache cache;
    private final CacheFeed feed;
    private final EtcdApiServer api;

    /** Over a store that takes no writes through the API. */
    ApiRig(Path directory, KvStore store, CacheLimits limits) {
        this(directory, store, new StoreChannel(store), limits, ServiceLimits.DEFAULT);
    }

    /** Over a real etcd. */
    ApiRig(Path directory, EtcdServer etcd, CacheLimits limits, ServiceLimits services) {
        this(
                directory,
                EtcdKvStore.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system()),
                EtcdRelay.connect(EtcdTarget.plaintext(etcd.endpoint()), Clock.system()),
                limits,
                services);
    }

    ApiRig(Path directory, KvStore store, Channel etcd, CacheLimits limits, ServiceLimits services) {
        this(
                directory,
                store,
                etcd,
                limits,
                new ApiEndpoint("127.0.0.1", 0, "https://127.0.0.1:2379"),
                new ApiLimits(1, Duration.ofMillis(200), Duration.ofMillis(50), services));
    }

    /** Over a store that takes no writes through the API. */
    ApiRig(Path directory, KvStore store, ApiEndpoint endpoint, ApiLimits apiLimits) {
        this(directory, store, new StoreChannel(store), CacheLimits.DEFAULT, endpoint, apiLimits);
    }

    private ApiRig(
            Path directory,
            KvStore store,
            Channel etcd,
            CacheLimits limits,
            ApiEndpoint endpoint,
            ApiLimits apiLimits) {
        this.store = store;
        if (etcd instanceof EtcdRelay relay) {
            lifecycle.own("etcd relay", relay);
        }
        home = directory.resolve("west");
        west = ClusterPki.issueAll(home, WEST, AlternativeNames.LOOPBACK);
        east = ClusterPki.issueAll(directory.resolve("east"), EAST, AlternativeNames.LOOPBACK);
        bundle = new TrustBundle(home, WEST, west.ca().certificate(), Clock.system());
        connectEast();
        cache = new WatchCache(limits);
        feed = new CacheFeed(store, cache, Clock.system());
        lifecycle.run(feed);
        Awaitility.await("first listing").until(() -> cache.view().isPresent());
        api = EtcdApiServer.start(
                new ApiConfig(
                        WEST,
                        endpoint,
                        new TlsFiles(caFile(), west.certificateFile(LeafName.SERVER), west.keyFile(LeafName.SERVER)),
                        home.resolve("trust"),
                        apiLimits),
                cache,
                etcd,
                lifecycle);
    }

    Path pkiFolder() {
        return home.resolve("pki");
    }

    Path caFile() {
        return pkiFolder().resolve("ca.crt");
    }

    void connectEast() {
        bundle.add(EAST, east.ca().certificate());
    }

    void disconnectEast() {
        bundle.remove(EAST);
    }

    ClusterPki west() {
        return west;
    }

    WatchCache cache() {
        return cache;
    }

    CacheFeed feed() {
        return feed;
    }

    EtcdApiServer api() {
        return api;
    }

    KvStore store() {
        return store;
    }

    /** A client's certificate and key beside the server's CA. */
    TlsFiles admin() {
        return own(LeafName.ADMIN);
    }

    TlsFiles local() {
        return own(LeafName.LOCAL);
    }

    TlsFiles peerEast() {
        return new TlsFiles(caFile(), east.certificateFile(LeafName.REMOTE), east.keyFile(LeafName.REMOTE));
    }

    private TlsFiles own(LeafName name) {
        return new TlsFiles(caFile(), west.certificateFile(name), west.keyFile(name));
    }

    /** A certificate that the peer's CA makes for any name it likes. */
    TlsFiles madeByEast(String commonName) {
        return made(east, commonName);
    }

    TlsFiles madeByWest(String commonName) {
        return made(west, commonName);
    }

    /** From a CA that nobody here knows. */
    TlsFiles stranger(Path directory) {
        ClusterName name = new ClusterName("nowhere");
        return made(
                ClusterPki.issueAll(directory.resolve("nowhere"), name, AlternativeNames.LOOPBACK), "remote-nowhere");
    }

    private TlsFiles made(ClusterPki by, String commonName) {
        try {
            Path directory = Files.createTempDirectory(home, "made");
            by.ca().issue(LeafRequest.client(commonName)).writeTo(directory, "leaf");
            return new TlsFiles(caFile(), directory.resolve("leaf.crt"), directory.resolve("leaf.key"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ManagedChannel channel(TlsFiles client) {
        try {
            return NettyChannelBuilder.forAddress("127.0.0.1", api.port())
                    .sslContext(GrpcSslContexts.configure(
                                    SslContextBuilder.forClient()
                                            .trustManager(client.trust().toFile())
                                            .keyManager(
                                                    client.certificate().toFile(),
                                                    client.key().toFile()),
                                    SslProvider.JDK)
                            .build())
                    .maxInboundMessageSize(Integer.MAX_VALUE)
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ManagedChannel plaintextChannel() {
        return NettyChannelBuilder.forAddress("127.0.0.1", api.plaintextPort())
                .usePlaintext()
                .build();
    }

    @Override
    public void close() {
        lifecycle.close();
        store.close();
    }
}
