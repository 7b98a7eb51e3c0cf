package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTransport;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.sync.Freshness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mirrors of this replica. All replicas watch the folder of connection files and contend for each peer; the one
 * that leads {@code mirror/<peer>} mirrors it, and drains it when its file goes. What is left of a peer that nobody has
 * a file for and nobody leads is drained by whoever finds it.
 *
 * <p>An agent; its thread looks at the folder twice a second and never waits for a peer. Mirrors share nothing but
 * {@link MeshClaims}, our own kvstore and one event loop, so one peer's trouble stays its own.
 */
public final class Mirrors implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final OwnCluster own;
    private final MirrorTools tools;
    private final Leadership leadership;
    private final MeshClaims claims;
    private final PeerDirectory directory;
    private final Mirror.Surroundings around;
    private final Mailbox<Boolean> wake = new Mailbox<>(1);
    private final Map<ClusterName, PeerSeat> seats = new ConcurrentSkipListMap<>();
    private final Map<ClusterName, Long> orphanedNanos = new HashMap<>();
    private volatile Set<ClusterName> known = Set.of();
    private volatile Map<String, String> errors = Map.of();
    private volatile @Nullable Board board;

    Mirrors(
            OwnCluster own,
            KvStore local,
            Path peers,
            PeerConnector connector,
            Leadership leadership,
            MirrorTools tools) {
        this.own = own;
        this.tools = tools;
        this.leadership = leadership;
        this.claims = new MeshClaims(own);
        this.directory = new PeerDirectory(peers, own.name());
        this.around = new Mirror.Surroundings(local, connector, claims, tools);
    }

    /**
     * Starts mirroring the peers whose connection files are in {@code peers}.
     *
     * @param local our own etcd, which the copies go to; not closed here
     */
    public static Mirrors start(
            OwnCluster own, KvStore local, Path peers, Leadership leadership, MirrorTools tools, Lifecycle lifecycle) {
        EtcdTransport transport = lifecycle.own("peer connections", new EtcdTransport(tools.clock()));
        Mirrors mirrors =
                new Mirrors(own, local, peers, target -> EtcdKvStore.connect(target, transport), leadership, tools);
        lifecycle.run(mirrors);
        return mirrors;
    }

    /** The peers whose connection files can be read in {@code peers} now. */
    public static Set<ClusterName> known(Path peers, ClusterName own) {
        return new PeerDirectory(peers, own)
                .read(new TreeMap<>())
                .map(reading -> reading.peers().keySet())
                .orElse(Set.of());
    }

    @Override
    public String roleName() {
        return "mirrors";
    }

    @Override
    public void onStart() {
        board = new Board(own.name(), around.local(), claims, tools.clock());
    }

    @Override
    public void doWork() throws InterruptedException {
        Map<String, String> found = new TreeMap<>();
        Optional<PeerDirectory.Reading> reading = directory.read(found);
        note(found);
        Board current = board;
        if (reading.isPresent()) {
            known = Set.copyOf(reading.get().peers().keySet());
            if (current != null && current.synced()) {
                follow(reading.get().peers(), current);
            }
        }
        wake.poll(LOOK_EVERY);
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

    private void follow(Map<ClusterName, PeerFile> peers, Board current) {
        peers.keySet().forEach(peer -> seats.computeIfAbsent(peer, p -> seat(p, false)));
        adoptOrphans(peers.keySet(), current);
        for (Map.Entry<ClusterName, PeerSeat> entry : Map.copyOf(seats).entrySet()) {
            PeerSeat seat = entry.getValue();
            seat.want(Optional.ofNullable(peers.get(entry.getKey())));
            if (seat.settle()) {
                seat.close();
                seats.remove(entry.getKey());
            }
        }
    }

    private PeerSeat seat(ClusterName peer, boolean orphan) {
        return new PeerSeat(peer, orphan, leadership, around, () -> wake.offer(true));
    }

    // Its mirror was to delete it and could not, or the peer's file went while nobody was there.
    private void adoptOrphans(Set<ClusterName> peers, Board current) {
        Set<ClusterName> orphans = new TreeSet<>(current.peers());
        orphans.removeAll(peers);
        orphans.removeAll(seats.keySet());
        Set<String> led = leadership.leaders().keySet();
        orphans.removeIf(peer -> led.contains(PeerSeat.task(peer)));
        orphanedNanos.keySet().retainAll(orphans);
        long now = tools.clock().monotonicNanos();
        for (ClusterName orphan : orphans) {
            long since = orphanedNanos.computeIfAbsent(orphan, peer -> now);
            if (now - since >= tools.orphanAge().toNanos()) {
                LOG.atInfo().addKeyValue("peer", orphan).log("no connection file for what is mirrored, draining it");
                seats.put(orphan, seat(orphan, true));
            }
        }
    }

    /** Every peer, by name, whichever replica mirrors it; any thread. */
    public List<MirrorStatus> status() {
        Set<ClusterName> all = new TreeSet<>(known);
        all.addAll(seats.keySet());
        List<MirrorStatus> rows = new ArrayList<>();
        for (ClusterName peer : all) {
            Optional<MirrorStatus> ours = Optional.ofNullable(seats.get(peer)).flatMap(PeerSeat::status);
            Optional<MirrorStatus> row = ours.or(() -> recorded(peer));
            if (row.isPresent()) {
                rows.add(row.get());
            } else if (known.contains(peer)) {
                rows.add(nobodys(peer));
            }
        }
        return rows;
    }

    private Optional<MirrorStatus> recorded(ClusterName peer) {
        Board current = board;
        return current == null
                ? Optional.empty()
                : current.record(peer).map(record -> record.asOf(tools.clock().now()));
    }

    private MirrorStatus nobodys(ClusterName peer) {
        String leader = leadership.leaders().getOrDefault(PeerSeat.task(peer), "");
        return new MirrorStatus(
                peer,
                MirrorStatus.State.CONNECTING,
                new MirrorStatus.Connection(false, Optional.empty(), Optional.empty(), 0, Optional.empty()),
                Optional.empty(),
                List.of(),
                new MirrorStatus.Owner(leader, false, Duration.ZERO),
                MirrorStatus.Cost.NONE);
    }

    /** How fresh each peer's copy is; any thread. */
    public Map<ClusterName, Freshness> freshness() {
        Map<ClusterName, Freshness> all = new TreeMap<>();
        for (MirrorStatus row : status()) {
            MirrorStatus.Connection connection = row.connection();
            all.put(
                    row.cluster(),
                    new Freshness(
                            connection.connected(),
                            row.ready(),
                            connection.lastEventAge(),
                            connection.failures(),
                            connection.lastFailure()));
        }
        return all;
    }

    /** Connection files that can't be used and why, by file name; any thread. */
    public Map<String, String> errors() {
        return errors;
    }

    /** Stops every mirror; the copies stay. */
    @Override
    public void onClose() {
        seats.values().forEach(PeerSeat::close);
        Board current = board;
        if (current != null) {
            current.close();
        }
    }
}
