package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Freshness;
import io.clustermesh.store.sync.Reflector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One connection to a peer and what we read of it before anything is mirrored: heartbeat, config, canaries. Tells its
 * mirror through the mailbox; its readers' own threads put.
 */
final class PeerSession implements AutoCloseable {

    /** What the mirror is told. */
    sealed interface News {
        /** The peer's config was read; empty if there is none. */
        record Config(Optional<KeyValue> entry) implements News {}

        /** The peer has published all of a resource. */
        record Canary(Resource resource) implements News {}
    }

    private final ClusterName peer;
    private final KvStore source;
    private final Mailbox<News> mailbox;
    private final Clock clock;
    private final List<Reflector> readers = new CopyOnWriteArrayList<>();
    private final Reflector heartbeat;
    private final Heartbeat beat;
    private volatile boolean replaced;
    private boolean canariesWatched;
    private Optional<KeyValue> config = Optional.empty();

    PeerSession(PeerFile file, PeerConnector connector, Mailbox<News> mailbox, Clock clock) {
        this.peer = file.peer();
        this.mailbox = mailbox;
        this.clock = clock;
        this.source = new PinnedKvStore(connector.connect(file.target()), () -> replaced = true);
        this.beat = new Heartbeat(clock);
        this.heartbeat = read("heartbeat", KeyRange.key(Keys.HEARTBEAT), beat::take);
        read("config", KeyRange.key(Keys.clusterConfig(peer)), this::takeConfig);
    }

    private Reflector read(String what, KeyRange range, Change.Consumer consumer) {
        Reflector reader = Reflector.start("mirror-read-%s-%s".formatted(peer, what), source, range, consumer, clock);
        readers.add(reader);
        return reader;
    }

    KvStore source() {
        return source;
    }

    /** Whether the peer's kvstore became another one: the session is of no use any more. */
    boolean replaced() {
        return replaced;
    }

    /** What the peer's heartbeat says of it. */
    Heartbeat beat() {
        return beat;
    }

    /** Watches the peer's canaries; once. */
    void watchCanaries() {
        if (!canariesWatched) {
            canariesWatched = true;
            read("canaries", KeyRange.prefix(Keys.syncedPrefix(peer)), this::takeCanaries);
        }
    }

    // runs on the config reader's thread only
    private void takeConfig(List<Change> changes) throws InterruptedException {
        boolean tell = false;
        for (Change change : changes) {
            switch (change) {
                case Change.Upsert(KeyValue entry) -> {
                    config = Optional.of(entry);
                    tell = true;
                }
                case Change.Delete(String ignored) -> config = Optional.empty();
                case Change.Synced(Revision ignored) -> tell = true;
            }
        }
        if (tell) {
            mailbox.put(new News.Config(config));
        }
    }

    private void takeCanaries(List<Change> changes) throws InterruptedException {
        for (Change change : changes) {
            if (change instanceof Change.Upsert(KeyValue entry)) {
                for (Resource resource : Resource.values()) {
                    if (resource.stateCanary(peer).equals(entry.key())) {
                        mailbox.put(new News.Canary(resource));
                    }
                }
            }
        }
    }

    /** Connected means, as in Cilium, that the heartbeat was listed and is watched. */
    boolean connected() {
        Freshness freshness = heartbeat.freshness();
        return freshness.connected() && freshness.synced();
    }

    List<Freshness> freshness() {
        List<Freshness> all = new ArrayList<>();
        readers.forEach(reader -> all.add(reader.freshness()));
        return all;
    }

    @Override
    public void close() {
        readers.forEach(Reflector::close);
        source.close();
    }
}
