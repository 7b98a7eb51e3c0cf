package io.clustermesh.apiserver;

import io.clustermesh.apiserver.access.Role;
import io.clustermesh.apiserver.api.ApiConfig;
import io.clustermesh.apiserver.api.ApiEndpoint;
import io.clustermesh.apiserver.api.ApiLimits;
import io.clustermesh.apiserver.mirror.MirrorLimits;
import io.clustermesh.apiserver.publish.Exports;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.apiserver.sink.KubernetesSink;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.config.ConfigException;
import io.clustermesh.store.config.EtcdSettings;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.tls.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What mesh-apiserver must be told:
 *
 * <pre>{@code
 * home: /var/lib/clustermesh/west   # cluster.yaml, pki/, trust/, peers/, manifests/, run/
 * etcd:
 *   endpoint: https://127.0.0.1:2378
 *   trust: pki/ca.crt
 *   certificate: pki/admin.crt
 *   key: pki/admin.key
 * # everything below has the value shown if it is left out
 * api: {host: 0.0.0.0, port: <that of cluster.yaml's endpoint>, reusePort: false, eventLoops: 1}
 * source: {kind: manifests}         # or kubernetes: the API of the cluster that this runs in, or what kubeconfig (and
 *                                   # context) name
 * sink: {events: true, endpointSlices: true, eventsAgain: 5m}   # what is written back to that API, and how soon an Event
 *                                   # is counted up
 * manifests: <home>/manifests
 * exports: {mode: both, serviceExports: true, everyNamespace: true}   # or services, which all of Cilium reads, or slices
 * leaseTtl: 15m                     # how long what we wrote outlives us, 25s to 24h
 * replica: {name: mesh-apiserver}   # of several in one cluster, each has its own
 * admin: {socket: <home>/run/<replica>.sock, listen: <off>}
 * mirror: {cacheTtl: 0s, maxKeys: 1000000, maxMiB: 512, changesPerSecond: 2000}   # for each peer; 0s means for ever
 * leader: {ttl: 5s}                 # how soon another replica takes over from one that died
 * health: {listen: <off>}
 * # only for benchmarks and for looking at traffic, on 127.0.0.1 always; the role is local, remote or admin
 * api: {plaintext: {port: 12379, role: local}, maxEventsPerMessage: 1}
 * }</pre>
 *
 * @param cluster who we are
 * @param etcd the cluster's own etcd, with rights to everything
 * @param api where peers and agents find us
 * @param folders what is watched
 * @param kubernetes the API that the objects come from; none if they come from a folder
 * @param self this replica
 * @param mirrors how much each peer may cost
 */
record ApiserverConfig(
        OwnCluster cluster,
        EtcdTarget etcd,
        ApiConfig api,
        Folders folders,
        Optional<Kubernetes> kubernetes,
        Self self,
        MirrorLimits mirrors) {

    /**
     * @param replica this replica's name among those of the cluster
     * @param leaderTtl how soon another replica takes over what this one led, once it is dead
     * @param admin where it tells of itself
     */
    record Self(String replica, Duration leaderTtl, AdminListeners admin) {}

    private static final String DEFAULT_REPLICA = "mesh-apiserver";
    private static final Duration EVENTS_AGAIN = Duration.ofMinutes(5);

    /**
     * @param manifests Kubernetes manifests
     * @param peers one connection file for each peer
     */
    record Folders(Path manifests, Path peers) {}

    /**
     * The Kubernetes API that the objects come from.
     *
     * @param kubeconfig what says where it is; none: the pod's service account
     * @param context which of the kubeconfig's contexts; none: its current one
     * @param written what is written back to it
     * @param eventsAgain how soon an Event may be counted up that was written before
     */
    record Kubernetes(
            Optional<Path> kubeconfig, Optional<String> context, KubernetesSink.Wanted written, Duration eventsAgain) {

        /** Empty if the objects come from the folder of manifests. */
        static Optional<Kubernetes> read(Settings settings) {
            String kind = settings.parsed("source.kind", "kubernetes", "manifests", text -> switch (text) {
                case "kubernetes", "manifests" -> text;
                default ->
                    throw new IllegalArgumentException("\"%s\" is neither kubernetes nor manifests".formatted(text));
            });
            Optional<Path> kubeconfig = settings.has("source.kubeconfig")
                    ? Optional.of(settings.path("source.kubeconfig"))
                    : Optional.empty();
            Optional<String> context = settings.parsedIfAny("source.context", "west", text -> text);
            KubernetesSink.Wanted written = new KubernetesSink.Wanted(
                    settings.flag("sink.events", true), settings.flag("sink.endpointSlices", true));
            Duration eventsAgain = settings.duration("sink.eventsAgain", EVENTS_AGAIN);
            boolean kubernetes = kind.equals("kubernetes");
            if (!kubernetes && (kubeconfig.isPresent() || context.isPresent())) {
                settings.mistake("source.kind", "is manifests, which needs no kubeconfig", "write kind: kubernetes");
            }
            if (kubeconfig.isEmpty() && context.isPresent()) {
                settings.mistake("source.context", "is of no use without source.kubeconfig", "name the file too");
            }
            return kubernetes
                    ? Optional.of(new Kubernetes(kubeconfig, context, written, eventsAgain))
                    : Optional.empty();
        }
    }

    static ApiserverConfig read(Settings settings) {
        return settings.into(() -> {
            Path home = settings.path("home");
            ClusterFile file = ClusterFile.read(home, settings);
            return new ApiserverConfig(
                    file.cluster().exporting(Exports.read(settings)),
                    EtcdSettings.read(settings, "etcd"),
                    api(settings, home, file),
                    new Folders(
                            settings.path("manifests", home.resolve("manifests").toString()), home.resolve("peers")),
                    Kubernetes.read(settings),
                    self(settings, home),
                    MirrorLimits.read(settings));
        });
    }

    private static Self self(Settings settings, Path home) {
        String replica = settings.parsed("replica.name", DEFAULT_REPLICA, DEFAULT_REPLICA, ApiserverConfig::replica);
        return new Self(
                replica,
                settings.duration("leader.ttl", Leadership.Options.DEFAULT_TTL),
                AdminListeners.read(settings, home.resolve("run").resolve(replica + ".sock")));
    }

    private static String replica(String text) {
        if (text.matches("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")) {
            return text;
        }
        throw new IllegalArgumentException(
                "\"%s\" is no name of letters a-z, digits, dots and dashes, at most 63".formatted(text));
    }

    private static ApiConfig api(Settings settings, Path home, ClusterFile file) {
        Path pki = home.resolve("pki");
        return new ApiConfig(
                file.cluster().name(),
                new ApiEndpoint(
                        settings.text("api.host", "0.0.0.0"),
                        settings.integer("api.port", file.port(), 0, 65_535),
                        file.endpoint().toString(),
                        settings.flag("api.reusePort", false),
                        plaintext(settings)),
                new TlsFiles(pki.resolve("ca.crt"), pki.resolve("server.crt"), pki.resolve("server.key")),
                home.resolve("trust"),
                new ApiLimits(
                        settings.integer("api.eventLoops", ApiLimits.DEFAULT.eventLoops(), 1, 256),
                        ApiLimits.DEFAULT.progressInterval(),
                        ApiLimits.DEFAULT.reloadInterval(),
                        ApiLimits.DEFAULT.services(),
                        settings.integer("api.maxEventsPerMessage", Integer.MAX_VALUE, 1, Integer.MAX_VALUE)));
    }

    private static Optional<ApiEndpoint.Plaintext> plaintext(Settings settings) {
        if (!settings.has("api.plaintext")) {
            return Optional.empty();
        }
        return Optional.of(new ApiEndpoint.Plaintext(
                settings.integer("api.plaintext.port", 0, 65_535),
                settings.parsed(
                        "api.plaintext.role", "local", text -> Role.Kind.valueOf(text.toUpperCase(Locale.ROOT)))));
    }

    /**
     * What stands in {@code cluster.yaml}.
     *
     * @param endpoint where peers find us
     */
    private record ClusterFile(OwnCluster cluster, URI endpoint) {

        /** Its mistakes become those of {@code outer}, so that all are reported together. */
        static ClusterFile read(Path home, Settings outer) {
            try {
                Settings settings = Settings.read(home.resolve("cluster.yaml"));
                return settings.into(() -> {
                    OwnCluster cluster = new OwnCluster(
                            settings.parsed("name", "west", ClusterName::new),
                            new ClusterId(settings.integer("id", 1, ClusterId.MAX)),
                            settings.parsed("meshSize", "255", "255", text -> MeshSize.of(Integer.parseInt(text))),
                            settings.parsedList("podCidrs", "10.1.0.0/16", Cidr::parse));
                    settings.parsedList("serviceCidrs", "10.101.0.0/16", Cidr::parse);
                    return new ClusterFile(
                            cluster, settings.parsed("endpoint", "https://172.30.1.2:2379", URI::create));
                });
            } catch (ConfigException e) {
                e.mistakes()
                        .forEach(mistake -> outer.mistake(
                                "home", "cluster.yaml: " + mistake.key() + " " + mistake.rule(), mistake.remedy()));
                return new ClusterFile(
                        new OwnCluster(new ClusterName("unknown"), new ClusterId(1), MeshSize.CLUSTERS_255, List.of()),
                        URI.create("https://localhost:2379"));
            }
        }

        int port() {
            return endpoint.getPort() < 0 ? 2379 : endpoint.getPort();
        }
    }
}
