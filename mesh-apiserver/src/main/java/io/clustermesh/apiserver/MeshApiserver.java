package io.clustermesh.apiserver;

import io.clustermesh.apiserver.api.EtcdApiServer;
import io.clustermesh.apiserver.cache.CacheFeed;
import io.clustermesh.apiserver.cache.CacheLimits;
import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.mirror.MirrorTools;
import io.clustermesh.apiserver.mirror.Mirrors;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.apiserver.publish.Publisher;
import io.clustermesh.apiserver.source.ManifestFolder;
import io.clustermesh.apiserver.source.Source;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdRelay;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Metrics;
import java.util.Map;

/** The process mesh-apiserver. */
public final class MeshApiserver {

    private static final int HOPS_KEPT = 4096;
    private static final int EVENTS_KEPT = 512;

    private final ApiserverConfig config;
    private final Source source;
    private final Publisher publisher;
    private final Mirrors mirrors;
    private final WatchCache cache;
    private final CacheFeed feed;
    private final EtcdApiServer api;
    private final Health health = new Health();

    private MeshApiserver(ApiserverConfig config, EventLog events, HopTrace hops, Lifecycle lifecycle) {
        Clock clock = lifecycle.clock();
        this.config = config;
        KvStore store = lifecycle.own("etcd", EtcdKvStore.connect(config.etcd(), clock));
        cache = new WatchCache(CacheLimits.DEFAULT);
        feed = new CacheFeed(store, cache, clock);
        lifecycle.run(feed);
        api = EtcdApiServer.start(
                config.api(), cache, lifecycle.own("etcd relay", EtcdRelay.connect(config.etcd(), clock)), lifecycle);
        source = new ManifestFolder(config.folders().manifests(), clock);
        publisher = Publisher.start(config.cluster(), source, store, events, hops, lifecycle);
        mirrors = Mirrors.start(
                config.cluster(),
                store,
                config.folders().peers(),
                new MirrorTools(clock, hops, events, MirrorTools.DEFAULT_DRAIN_GRACE),
                lifecycle);
        checks();
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
        ServicesView services = new ServicesView(config.cluster().name(), process.cache, process.mirrors::freshness);
        lifecycle.own(
                "admin API",
                AdminServer.start(
                        config.adminSocket(),
                        process.health,
                        metrics,
                        Map.of(
                                "/v1/status", query -> process.status(),
                                "/v1/services", query -> services.services(),
                                "/v1/events", query -> events.events(),
                                "/v1/hops", query -> hops.entries())));
    }

    private void checks() {
        health.readiness(
                "source",
                () -> source.status().synced()
                        ? Health.up()
                        : Health.down("%s has not been read once; see /v1/status for its errors"
                                .formatted(source.status().where())));
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
    }

    private StatusView status() {
        OwnCluster own = config.cluster();
        return new StatusView(
                new StatusView.Cluster(
                        own.name(),
                        own.id(),
                        own.size().maxClusters(),
                        config.api().endpoint().advertisedUrl(),
                        own.podCidrs()),
                health.ready().up(),
                source.status(),
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
