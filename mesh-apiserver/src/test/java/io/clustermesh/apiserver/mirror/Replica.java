package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.Lifecycle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The mirrors of one replica of cluster west, in this process. */
final class Replica implements AutoCloseable {

    static final Duration TTL = Duration.ofSeconds(2);

    private final EventLog events = new EventLog(Clock.system(), 100);
    private final Lifecycle lifecycle;
    private final Mirrors mirrors;

    Replica(String name, KvStore local, Path peers, PeerConnector connector, MirrorLimits limits) {
        lifecycle = new Lifecycle(name, Clock.system());
        Leadership leadership =
                lifecycle.own("leadership", Leadership.start(Leadership.Options.of(name, TTL), local, Clock.system()));
        mirrors = new Mirrors(
                new OwnCluster(
                        new ClusterName("west"),
                        new ClusterId(1),
                        MeshSize.CLUSTERS_255,
                        List.of(Cidr.parse("10.1.0.0/16"))),
                local,
                peers,
                connector,
                leadership,
                new MirrorTools(
                        Clock.system(),
                        new HopTrace(Clock.system(), 100),
                        events,
                        Duration.ofMillis(50),
                        Duration.ofMillis(300),
                        name,
                        limits));
        lifecycle.run(mirrors);
    }

    EventLog events() {
        return events;
    }

    List<MirrorStatus> status() {
        return mirrors.status();
    }

    MirrorStatus status(String peer) {
        return mirrors.status().stream()
                .filter(row -> row.cluster().value().equals(peer))
                .findFirst()
                .orElseThrow();
    }

    /** Stops gracefully: what it led is given up at once. */
    @Override
    public void close() {
        lifecycle.close();
    }
}
