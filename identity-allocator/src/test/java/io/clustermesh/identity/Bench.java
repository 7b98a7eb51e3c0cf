package io.clustermesh.identity;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IdentityRange;
import io.clustermesh.model.Keys;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.MeshSize;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.ManualClock;
import io.clustermesh.store.sync.Change;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * An allocator on the test's own thread: each {@link #turn} tells it what changed in the store, as its reflectors would,
 * and lets it work once.
 */
final class Bench {

    static final ClusterName WEST = new ClusterName("west");
    static final IdentityRange RANGE = IdentityRange.of(new ClusterId(1), MeshSize.CLUSTERS_255);

    final InMemoryKvStore store;
    final ManualClock clock = new ManualClock();
    final AllocatorAgent agent;
    private final Map<String, Revision> wanted = new HashMap<>();
    private final Map<String, Revision> masters = new HashMap<>();

    Bench(InMemoryKvStore store, IdentityRange range, String user) {
        this.store = store;
        this.agent = new AllocatorAgent(
                config(range, user),
                store,
                clock,
                new Random(7),
                OpenTelemetry.noop().getMeter("test"));
    }

    Bench() {
        this(new InMemoryKvStore(), RANGE, "one");
    }

    static AllocatorConfig config(IdentityRange range, String user) {
        return new AllocatorConfig(
                WEST,
                range,
                user,
                AllocatorConfig.Timing.DEFAULT,
                new AllocatorConfig.Wiring(
                        EtcdTarget.plaintext(URI.create("http://127.0.0.1:1")),
                        AdminListeners.on(Path.of("/tmp/unused.sock"))));
    }

    static IdentityRange range(int first, int last) {
        return new IdentityRange(new NumericIdentity(first), new NumericIdentity(last));
    }

    static LabelSet labels(String app) {
        return LabelSet.parse(
                "k8s:app=" + app + ";k8s:io.cilium.k8s.policy.cluster=west;k8s:io.kubernetes.pod.namespace=shop;");
    }

    static String wantedKey(String name) {
        return Keys.labelSets(WEST) + name;
    }

    /** Asks for an identity, as the publisher does. */
    void want(String app) {
        store.put(wantedKey(app), labels(app).toLabelString());
    }

    void unwant(String app) {
        store.delete(wantedKey(app));
    }

    /** Tells the allocator all news and lets it work. */
    void turn() {
        try {
            send(Keys.IDENTITY_IDS, masters, agent::onMasters);
            send(Keys.labelSets(WEST), wanted, agent::onWanted);
            agent.doWork();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void turnAfter(Duration duration) {
        clock.advance(duration);
        turn();
    }

    private void send(String prefix, Map<String, Revision> known, Change.Consumer consumer)
            throws InterruptedException {
        Listing listing = store.list(KeyRange.prefix(prefix));
        Map<String, Revision> gone = new HashMap<>(known);
        List<Change> changes = new ArrayList<>();
        for (KeyValue entry : listing.entries()) {
            gone.remove(entry.key());
            if (!entry.version()
                    .modified()
                    .equals(known.put(entry.key(), entry.version().modified()))) {
                changes.add(new Change.Upsert(entry));
            }
        }
        gone.keySet().forEach(key -> {
            known.remove(key);
            changes.add(new Change.Delete(key));
        });
        for (int from = 0; from < changes.size(); from += 16) {
            consumer.accept(changes.subList(from, Math.min(changes.size(), from + 16)));
            if (from > 0) {
                agent.doWork();
            }
        }
        consumer.accept(List.of(new Change.Synced(listing.revision())));
    }

    /** The number that this allocator gave. */
    Optional<NumericIdentity> identityOf(String app) {
        return agent.status().identities().stream()
                .filter(allocation -> allocation.labels().equals(labels(app).toLabelString()))
                .map(AllocatorStatus.Allocation::identity)
                .findFirst();
    }

    Optional<String> value(String key) {
        return store.get(key).map(KeyValue::text);
    }

    String slaveKey(String app, String user) {
        return AllocatorKeys.slave(labels(app), user);
    }

    List<String> reasons() {
        return agent.status().troubles().stream()
                .map(AllocatorStatus.Trouble::reason)
                .toList();
    }
}
