package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTransport;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Worker;
import io.clustermesh.store.sync.Freshness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@link Mirror} for each connection file: a file that appears starts one, a file that changes restarts it with its
 * copy kept, a file that goes drains it. What a peer that was removed while we were down left is drained at the start.
 *
 * <p>An agent; its thread looks at the folder twice a second and never waits for a peer. Mirrors share nothing but
 * {@link MeshClaims}, our own kvstore and one event loop, so one peer's trouble stays its own.
 */
public final class Mirrors implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final OwnCluster own;
    private final KvStore local;
    private final PeerConnector connector;
    private final MirrorTools tools;
    private final MeshClaims claims;
    private final PeerDirectory directory;
    private final Map<ClusterName, Mirror> mirrors = new ConcurrentSkipListMap<>();
    private final Map<ClusterName, MirrorView> drainingViews = new ConcurrentSkipListMap<>();
    private final Map<ClusterName, Worker> draining = new TreeMap<>();
    private volatile Map<String, String> errors = Map.of();
    private boolean orphansDrained;

    Mirrors(OwnCluster own, KvStore local, Path peers, PeerConnector connector, MirrorTools tools) {
        this.own = own;
        this.local = local;
        this.connector = connector;
        this.tools = tools;
        this.claims = new MeshClaims(own);
        this.directory = new PeerDirectory(peers, own.name());
    }

    /**
     * Starts mirroring the peers whose connection files are in {@code peers}.
     *
     * @param local our own etcd, which the copies go to; not closed here
     */
    public static Mirrors start(OwnCluster own, KvStore local, Path peers, MirrorTools tools, Lifecycle lifecycle) {
        EtcdTransport transport = lifecycle.own("peer connections", new EtcdTransport(tools.clock()));
        Mirrors mirrors = new Mirrors(own, local, peers, target -> EtcdKvStore.connect(target, transport), tools);
        lifecycle.run(mirrors);
        return mirrors;
    }

    @Override
    public String roleName() {
        return "mirrors";
    }

    @Override
    public void doWork() throws InterruptedException {
        Map<String, String> found = new TreeMap<>();
        Optional<PeerDirectory.Reading> reading = directory.read(found);
        note(found);
        if (reading.isPresent()) {
            follow(reading.get().peers());
        }
        tools.clock().sleep(LOOK_EVERY);
    }

    private void note(Map<String, String> found) {
        found.forEach((name, error) -> {
            if (!error.equals(errors.get(name))) {
                LOG.atError()
                        .addKeyValue("file", name)
                        .addKeyValue("reason", error)
                        .log("peer not readable");
            }
        });
        errors = Map.copyOf(found);
    }

    private void follow(Map<ClusterName, PeerFile> peers) {
        draining.entrySet().removeIf(drain -> {
            boolean done = !drain.getValue().running();
            if (done) {
                drainingViews.remove(drain.getKey());
            }
            return done;
        });
        for (ClusterName gone : List.copyOf(mirrors.keySet())) {
            if (!peers.containsKey(gone)) {
                remove(gone);
            }
        }
        peers.forEach(this::keep);
        drainOrphans(peers);
    }

    private void keep(ClusterName peer, PeerFile file) {
        Mirror mirror = mirrors.get(peer);
        if (draining.containsKey(peer) || (mirror != null && mirror.file().equals(file))) {
            return;
        }
        if (mirror != null) {
            mirror.close();
        }
        LOG.atInfo()
                .addKeyValue("peer", peer)
                .addKeyValue("endpoints", file.target().endpoints())
                .log("mirroring peer");
        mirrors.put(peer, Mirror.start(file, local, connector, claims, tools));
    }

    private void remove(ClusterName peer) {
        Mirror mirror = mirrors.remove(peer);
        if (mirror != null) {
            drainingViews.put(peer, mirror.view());
            draining.put(peer, mirror.drain());
        }
    }

    private void drainOrphans(Map<ClusterName, PeerFile> peers) {
        if (orphansDrained) {
            return;
        }
        List<KeyValue> configs;
        try {
            configs = local.list(KeyRange.prefix(Keys.CLUSTER_CONFIGS)).entries();
        } catch (StoreException e) {
            LOG.atDebug().setCause(e).log("our own etcd is not there yet, looking for removed peers later");
            return;
        }
        orphansDrained = true;
        for (KeyValue config : configs) {
            String name = config.key().substring(Keys.CLUSTER_CONFIGS.length());
            if (!name.equals(own.name().value())
                    && peers.keySet().stream().noneMatch(p -> p.value().equals(name))) {
                ClusterName orphan = new ClusterName(name);
                draining.put(orphan, Worker.start("mirror-drain-" + name, () -> Drain.run(orphan, local, tools)));
            }
        }
    }

    /** Every peer, by name; any thread. */
    public List<MirrorStatus> status() {
        List<MirrorStatus> rows = new ArrayList<>();
        mirrors.values().forEach(mirror -> rows.add(mirror.status()));
        drainingViews.values().forEach(view -> rows.add(view.status()));
        return rows;
    }

    /** How fresh each peer's copy is; any thread. */
    public Map<ClusterName, Freshness> freshness() {
        Map<ClusterName, Freshness> all = new TreeMap<>();
        mirrors.forEach((peer, mirror) -> all.put(peer, mirror.freshness()));
        return all;
    }

    /** Connection files that can't be used and why, by file name; any thread. */
    public Map<String, String> errors() {
        return errors;
    }

    /** Stops every mirror; the copies stay. */
    @Override
    public void onClose() {
        draining.values().forEach(Worker::close);
        mirrors.values().forEach(Mirror::close);
    }
}
