package io.clustermesh.apiserver.publish;

import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.Keys;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.lead.Seat;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Reflector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who we are and that we are there: the cluster config, written again whenever somebody else changes or deletes
 * it (Cilium's "enforcer"), and the heartbeat, without which a peer gives the connection up after two minutes. Speaks
 * only while this replica leads. An agent with a thread of its own.
 */
final class Presence implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    /** As Cilium's {@code kvstore.HeartbeatWriteInterval}. */
    static final Duration HEARTBEAT = Duration.ofMinutes(1);

    /** How soon a lost lease is noticed. */
    private static final Duration LEASE_CHECK = Duration.ofSeconds(2);

    private final KvStore store;
    private final Clock clock;
    private final String configKey;
    private final byte[] config;
    private final Duration leaseTtl;
    private final Mailbox<List<Change>> mailbox = new Mailbox<>(64);

    private final Seat seat = new Seat(() -> mailbox.offer(List.of()));
    private Optional<Term> term = Optional.empty();
    private boolean listed;
    /** Written, but the watch has not told so yet. */
    private boolean awaitingEcho;

    private Optional<KeyValue> found = Optional.empty();
    private @Nullable Lease lease;
    private long lastBeatNanos;
    private boolean everBeat;

    private Presence(OwnCluster cluster, KvStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.configKey = Keys.clusterConfig(cluster.name());
        this.config = ClusterConfigCodec.encode(config(cluster));
        this.leaseTtl = cluster.exports().leaseTtl();
    }

    /** Starts it as parts of {@code lifecycle}; it speaks while the seat that it returns has a term. */
    static Seat start(OwnCluster cluster, KvStore store, Lifecycle lifecycle) {
        Presence presence = new Presence(cluster, store, lifecycle.clock());
        lifecycle.run(presence);
        lifecycle.own(
                "cluster-config watch",
                Reflector.start(
                        "cluster-config",
                        store,
                        KeyRange.key(presence.configKey),
                        presence.mailbox::put,
                        lifecycle.clock()));
        return presence.seat;
    }

    static ClusterConfig config(OwnCluster cluster) {
        return new ClusterConfig(
                cluster.id(),
                new ClusterConfig.Capabilities(
                        true,
                        false,
                        cluster.size().maxClusters(),
                        Optional.of(cluster.exports().serviceExports()),
                        cluster.exports().mode().text()));
    }

    @Override
    public String roleName() {
        return "presence";
    }

    @Override
    public void doWork() throws InterruptedException {
        mailbox.pollAll(LEASE_CHECK, 64).forEach(changes -> changes.forEach(this::absorb));
        follow();
        if (term.isEmpty()) {
            return;
        }
        if (!everBeat || clock.monotonicNanos() - lastBeatNanos >= HEARTBEAT.toNanos()) {
            beat();
        }
        if (listed && !awaitingEcho) {
            enforce();
        }
    }

    private void follow() {
        if (!seat.term().equals(term)) {
            abandonLease();
            term = seat.term();
            everBeat = false;
            awaitingEcho = false;
        }
    }

    @Override
    public void onClose() {
        abandonLease();
    }

    /** Whoever leads now keeps it alive, or moves its keys to another. */
    private void abandonLease() {
        Lease held = lease;
        if (held != null) {
            held.abandon();
            lease = null;
        }
    }

    private void absorb(Change change) {
        awaitingEcho = false;
        switch (change) {
            case Change.Upsert(KeyValue entry) -> found = Optional.of(entry);
            case Change.Delete ignored -> found = Optional.empty();
            case Change.Synced ignored -> listed = true;
        }
    }

    private void enforce() {
        if (found.isPresent() && Arrays.equals(found.get().value(), config)) {
            long on = found.get().leaseId();
            Lease held = lease;
            if (held != null && held.alive() && held.id() == on) {
                return;
            }
            // an earlier run's, or another replica's: its lease must not run out under it
            Optional<Lease> adopted = on == 0 ? Optional.empty() : store.adopt(on);
            if (adopted.isPresent()) {
                abandonLease();
                lease = adopted.get();
                return;
            }
        } else if (found.isPresent()) {
            LOG.atWarn()
                    .addKeyValue("key", configKey)
                    .addKeyValue("value", found.get().text())
                    .log("somebody else wrote our cluster config, writing ours; look for a second cluster of this"
                            + " name");
        }
        put(configKey, config);
        awaitingEcho = true;
    }

    private void beat() {
        String now = clock.now().truncatedTo(ChronoUnit.SECONDS).toString();
        put(Keys.HEARTBEAT, now.getBytes(StandardCharsets.UTF_8));
        everBeat = true;
        lastBeatNanos = clock.monotonicNanos();
    }

    private void put(String key, byte[] value) {
        Lease held = lease;
        if (held == null || !held.alive()) {
            held = store.grant(leaseTtl);
            lease = held;
        }
        List<Txn.Guard> fence = term.stream().map(Term::guard).toList();
        store.commit(new Txn(fence, List.of(new Txn.Op.Put(key, value, Optional.of(held)))));
    }
}
