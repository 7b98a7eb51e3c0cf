package io.clustermesh.apiserver.view;

import io.clustermesh.apiserver.mirror.MirrorStatus;
import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.store.admin.Problem;
import io.clustermesh.store.admin.ProblemException;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.sync.Freshness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Behind {@code /v1/clusters} and {@code /v1/connections}. At most 511 rows, so there are no pages. */
final class Clusters {

    private final Mesh mesh;
    private final Supplier<List<HopTrace.Entry>> hops;

    /**
     * @param own whether it is the cluster that answers
     * @param id empty if it has not said so yet
     * @param capabilities what it says its data looks like
     * @param ready whether all of it is here and followed
     * @param counts what this cluster holds of it
     * @param age since it was last heard of
     */
    record ClusterRow(
            ClusterName name,
            boolean own,
            Optional<ClusterId> id,
            Optional<ClusterConfig.Capabilities> capabilities,
            boolean ready,
            Counts counts,
            Optional<Duration> age) {}

    /** Objects of a cluster. */
    record Counts(long nodes, long services, long identities, long endpoints) {}

    /**
     * One cluster in full.
     *
     * @param connection how it is reached; empty for the own one
     */
    record ClusterDetail(Page.Source source, ClusterRow cluster, Optional<ConnectionRow> connection) {}

    /**
     * A connection to a peer.
     *
     * @param owner the replica that holds it; empty if none does now
     * @param told how old this row is; zero if the replica that answers holds the connection itself
     * @param age since the peer was last heard of: event, answer or sign of life
     * @param lag how far the copy is behind, as far as is known
     */
    record ConnectionRow(
            ClusterName cluster,
            MirrorStatus.State state,
            boolean connected,
            boolean ready,
            Optional<String> owner,
            Duration told,
            Optional<Duration> age,
            Optional<Instant> staleSince,
            Lag lag,
            long failures,
            Optional<Freshness.Failure> lastFailure,
            List<MirrorStatus.ResourceStatus> resources,
            MirrorStatus.Cost cost) {}

    /** @param lastChange how long the last change took from the peer's event to our etcd, if one came by lately */
    record Lag(Optional<Duration> lastChange) {}

    /** Rows that need no pages. */
    record Rows<T>(Page.Source source, List<T> items) {}

    Clusters(Mesh mesh, Supplier<List<HopTrace.Entry>> hops) {
        this.mesh = mesh;
        this.hops = hops;
    }

    Rows<ClusterRow> clusters() {
        Moment moment = mesh.now();
        Map<ClusterName, MirrorStatus> peers = peers();
        return new Rows<>(
                mesh.source(moment),
                names(moment, peers).stream()
                        .map(name -> row(moment, name, Optional.ofNullable(peers.get(name))))
                        .toList());
    }

    ClusterDetail cluster(Map<String, String> parameters) {
        ClusterName name = new ClusterName(parameters.getOrDefault("name", ""));
        Moment moment = mesh.now();
        Map<ClusterName, MirrorStatus> peers = peers();
        List<ClusterName> names = names(moment, peers);
        if (!names.contains(name)) {
            throw new ProblemException(new Problem.NotFound(
                    "no cluster \"%s\" is known here; there are %s, and \"clustermesh connect\" makes others known"
                            .formatted(name, names)));
        }
        Optional<MirrorStatus> peer = Optional.ofNullable(peers.get(name));
        return new ClusterDetail(mesh.source(moment), row(moment, name, peer), peer.map(this::connection));
    }

    Rows<ConnectionRow> connections() {
        Moment moment = mesh.now();
        return new Rows<>(
                mesh.source(moment),
                mesh.peers().get().stream().map(this::connection).toList());
    }

    private Map<ClusterName, MirrorStatus> peers() {
        return mesh.peers().get().stream()
                .collect(Collectors.toMap(MirrorStatus::cluster, Function.identity(), (a, b) -> b, HashMap::new));
    }

    /** Whoever is known, by connection or by data that is still here; the own cluster first. */
    private List<ClusterName> names(Moment moment, Map<ClusterName, MirrorStatus> peers) {
        TreeSet<ClusterName> others = new TreeSet<>(Comparator.comparing(ClusterName::value));
        others.addAll(peers.keySet());
        others.addAll(moment.clustersBelow(Keys.CLUSTER_CONFIGS));
        for (Resource resource : Resource.values()) {
            others.addAll(moment.clustersBelow(Keys.CACHE + resource.path() + "/"));
        }
        others.remove(mesh.own().name());
        List<ClusterName> names = new ArrayList<>(List.of(mesh.own().name()));
        names.addAll(others);
        return names;
    }

    private ClusterRow row(Moment moment, ClusterName name, Optional<MirrorStatus> peer) {
        boolean own = name.equals(mesh.own().name());
        Optional<ClusterConfig> config = moment.get(Keys.clusterConfig(name))
                .flatMap(entry -> ClusterConfigCodec.decode(entry.text().getBytes(StandardCharsets.UTF_8))
                        .asOptional());
        return new ClusterRow(
                name,
                own,
                own ? Optional.of(mesh.own().id()) : config.map(ClusterConfig::id),
                config.map(ClusterConfig::capabilities),
                own
                        ? mesh.feed().get().following()
                        : peer.map(MirrorStatus::ready).orElse(false),
                new Counts(
                        count(moment, Resource.NODES, name, own),
                        count(moment, Resource.SERVICES, name, own),
                        count(moment, Resource.IDENTITIES, name, own),
                        count(moment, Resource.IPS, name, own)),
                own
                        ? mesh.cacheAge()
                        : peer.flatMap(status -> status.connection().lastEventAge()));
    }

    private static long count(Moment moment, Resource resource, ClusterName name, boolean own) {
        return moment.count(own ? resource.statePrefix(name) : resource.cachePrefix(name));
    }

    private ConnectionRow connection(MirrorStatus peer) {
        MirrorStatus.Connection connection = peer.connection();
        return new ConnectionRow(
                peer.cluster(),
                peer.state(),
                connection.connected(),
                peer.ready(),
                Optional.of(peer.owner().replica()).filter(replica -> !replica.isEmpty()),
                peer.owner().age(),
                connection.lastEventAge(),
                connection.staleSince(),
                new Lag(lastChange(peer.cluster())),
                connection.failures(),
                connection.lastFailure(),
                peer.resources(),
                peer.cost());
    }

    /** From the newest change of the peer that went all the way through this replica. */
    private Optional<Duration> lastChange(ClusterName peer) {
        Map<String, Instant> received = new HashMap<>();
        Optional<Duration> newest = Optional.empty();
        for (HopTrace.Entry entry : hops.get()) {
            if (entry.cluster().equals(peer.value())) {
                if (entry.hop() == HopTrace.Hop.PEER_RECEIVED) {
                    received.put(entry.subject(), entry.at());
                } else if (entry.hop() == HopTrace.Hop.MIRRORED) {
                    Instant start = received.remove(entry.subject());
                    newest = start == null ? newest : Optional.of(Duration.between(start, entry.at()));
                }
            }
        }
        return newest;
    }
}
