package io.clustermesh.apiserver;

import io.clustermesh.apiserver.access.Identity;
import io.clustermesh.apiserver.access.Role;
import io.clustermesh.apiserver.api.EtcdApiServer;
import io.clustermesh.apiserver.api.MutualTls;
import io.clustermesh.apiserver.cache.CacheFeed;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.drain.DrainRoutes;
import io.clustermesh.apiserver.drain.Drains;
import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.mirror.MirrorTools;
import io.clustermesh.apiserver.mirror.Mirrors;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.apiserver.publish.Publisher;
import io.clustermesh.apiserver.sink.KubernetesSink;
import io.clustermesh.apiserver.source.ManifestFolder;
import io.clustermesh.apiserver.source.Source;
import io.clustermesh.apiserver.source.SourceStatus;
import io.clustermesh.apiserver.source.kubernetes.KubernetesConnection;
import io.clustermesh.apiserver.source.kubernetes.KubernetesSource;
import io.clustermesh.apiserver.view.Mesh;
import io.clustermesh.apiserver.view.MeshRoutes;
import io.clustermesh.store.admin.AdminApi;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.admin.AdminTls;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdRelay;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Metrics;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The process mesh-apiserver. */
public final class MeshApiserver {

    private static final int HOPS_KEPT = 4096;
    private static final int EVENTS_KEPT = 512;

    private final ApiserverConfig config;
    private final Source source;
    private final Optional<KubernetesSink> sink;
    private final Leadership leadership;
    private final Publisher publisher;
    private final Mirrors mirrors;
    private final Drains drains;
    private final WatchCache cache;
    private final CacheFeed feed;
    private final EtcdApiServer api;
    private final Health health = new Health();

    private MeshApiserver(ApiserverConfig config, EventLog events, HopTrace hops, Lifecycle lifecycle) {
        Clock clock = lifecycle.clock();
        this.config = config;
        KvStore store = lifecycle.own("etcd", EtcdKvStore.connect(config.etcd(), clock));
        cache = new WatchCache(CacheLimits.DEFAULT);
        // a connection and an event loop of its own, so that what clients wait for never queues behind a mirror's bulk
        feed = new CacheFeed(lifecycle.own("etcd feed", EtcdKvStore.connect(config.etcd(), clock)), cache, clock);
        lifecycle.run(feed);
        api = EtcdApiServer.start(
                config.api(), cache, lifecycle.own("etcd relay", EtcdRelay.connect(config.etcd(), clock)), lifecycle);
        if (config.kubernetes().isPresent()) {
            ApiserverConfig.Kubernetes kubernetes = config.kubernetes().get();
            KubernetesConnection connection = lifecycle.own(
                    "kubernetes connection", KubernetesConnection.open(kubernetes.kubeconfig(), kubernetes.context()));
            KubernetesSource objects = new KubernetesSource(connection, clock);
            KubernetesSink writing = KubernetesSink.start(
                    connection,
                    objects,
                    store,
                    events,
                    new KubernetesSink.Voice(config.self().replica(), kubernetes.eventsAgain()),
                    config.cluster().exports(),
                    lifecycle);
            sink = Optional.of(writing);
            source = writing.tapped(objects);
        } else {
            source = new ManifestFolder(config.folders().manifests(), clock);
            sink = Optional.empty();
        }
        leadership = lifecycle.own(
                "leadership",
                Leadership.start(
                        Leadership.Options.of(
                                config.self().replica(), config.self().leaderTtl()),
                        store,
                        clock));
        publisher = Publisher.start(
                config.cluster(),
                source,
                store,
                leadership,
                events,
                hops,
                lifecycle,
                config.kubernetes()
                        .flatMap(kubernetes -> sink.map(it -> it.seats(kubernetes.written())))
                        .orElse(List.of()));
        mirrors = Mirrors.start(
                config.cluster(),
                store,
                config.folders().peers(),
                leadership,
                MirrorTools.of(clock, hops, events, config.self().replica(), config.mirrors()),
                lifecycle);
        drains = Drains.start(config.cluster().name(), store, events, lifecycle);
        checks(clock);
    }

    /**
     * Starts the process's parts and returns; {@code lifecycle} owns them.
     *
     * @throws io.clustermesh.store.config.ConfigException with every mistake of the settings
     * @throws IllegalStateException if a certificate or a listen address can't be used, naming it
     */
    public static void start(Settings settings, Lifecycle lifecycle) {
        ApiserverConfig config = ApiserverConfig.read(settings);
        EventLog events = new EventLog(lifecycle.clock(), EVENTS_KEPT);
        HopTrace hops = new HopTrace(lifecycle.clock(), HOPS_KEPT);
        Metrics metrics = lifecycle.own("metrics", new Metrics());
        MeshApiserver process = new MeshApiserver(config, events, hops, lifecycle);
        ApiserverMetrics.register(metrics.meter("mesh-apiserver"), process::status);
        Mesh mesh = new Mesh(
                config.cluster(),
                config.self().replica(),
                process.cache,
                process.feed::status,
                process.mirrors::status,
                lifecycle.clock());
        lifecycle.ownToTheEnd(
                "admin API",
                AdminServer.start(
                        config.self().admin(),
                        new AdminApi(
                                process.health,
                                metrics,
                                Stream.concat(
                                                MeshRoutes.all(mesh, events, hops, process::status).stream(),
                                                DrainRoutes.all(process.drains).stream())
                                        .toList(),
                                Optional.of(events),
                                Optional.of(MeshRoutes.document())),
                        Optional.of(adminTls(process.api.tls()))));
        // the last part is the first to stop: from then on nobody new comes while the others finish
        lifecycle.own("readiness", process.health::stopping);
    }

    /** The role admin and nobody else, by the etcd API's own rules. */
    private static AdminTls adminTls(MutualTls tls) {
        return new AdminTls(tls.keyManager(), tls.trustManager(), chain -> switch (tls.identify(chain)) {
            case Identity.Known(Role role) when role.kind() == Role.Kind.ADMIN -> Optional.empty();
            case Identity.Known(Role role) -> Optional.of(onlyAdmin(role.user()));
            case Identity.NoRole(String reason) -> Optional.of(reason);
            case Identity.Stranger(String reason) -> Optional.of(reason);
        });
    }

    private static String onlyAdmin(String user) {
        return "\"%s\" may read the etcd API, not this one; show the certificate admin-<cluster> of the own CA"
                .formatted(user);
    }

    private void checks(Clock clock) {
        health.readiness("source", () -> {
            SourceStatus now = source.status();
            return now.synced() ? Health.up() : Health.down(now.missing());
        });
        health.readiness(
                "publisher",
                () -> publisher.status().synced()
                        ? Health.up()
                        : Health.down("not everything is in etcd yet; see /v1/status for the writers"));
        health.readiness(
                "cache",
                () -> cache.view().isPresent()
                        ? Health.up()
                        : Health.down(feed.status().lastError().orElse("etcd has not been listed once")));
        health.readiness(
                "peers",
                new FirstAttempts(
                        Mirrors.known(config.folders().peers(), config.cluster().name()), mirrors::status, clock));
    }

    private StatusView status() {
        OwnCluster own = config.cluster();
        return new StatusView(
                config.self().replica(),
                new StatusView.Cluster(
                        own.name(),
                        own.id(),
                        own.size().maxClusters(),
                        config.api().endpoint().advertisedUrl(),
                        own.podCidrs()),
                health.ready().up(),
                source.status(),
                sink.map(KubernetesSink::status),
                publisher.status(),
                new StatusView.Cache(
                        feed.status(),
                        cache.view().map(View::revision).orElse(0L),
                        cache.view().map(View::keys).orElse(0)),
                api.status(),
                mirrors.status(),
                mirrors.errors());
    }
}
