package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.HopTrace.Hop;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Freshness;
import io.clustermesh.store.sync.Reflector;
import io.clustermesh.store.sync.SyncStore;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The copy of one resource of one peer. The writer lives as long as the peer is known, the reader as long as one
 * connection to it: a new reader's first list replaces what the old one knew, and only then is something deleted.
 *
 * <p>Threads: the reader's own calls {@link #take}; the writer's marks the hop; the mirror's opens and closes.
 */
final class ResourceMirror implements AutoCloseable {

    private static final int REFUSALS_SHOWN = 20;

    private final Resource resource;
    private final ClusterName peer;
    private final String statePrefix;
    private final String cachePrefix;
    private final SyncStore writer;
    private final Admission admission;
    private final HopTrace hops;
    private final EventLog events;
    private final Clock clock;
    private final Map<String, String> refused = new ConcurrentSkipListMap<>();
    private volatile @Nullable Reflector reader;
    private volatile boolean leftEmpty;

    // the reader's own; the mirror's while there is no reader
    private final Set<String> mirrored = new HashSet<>();
    private @Nullable Set<String> unseen;
    private volatile int entries;

    ResourceMirror(Resource resource, ClusterName peer, Admission admission, KvStore local, MirrorTools tools) {
        this.resource = resource;
        this.peer = peer;
        this.statePrefix = resource.statePrefix(peer);
        this.cachePrefix = resource.cachePrefix(peer);
        this.admission = admission;
        this.hops = tools.hops();
        this.events = tools.events();
        this.clock = tools.clock();
        this.writer = SyncStore.start(
                SyncStore.Options.of(
                        "mirror-write-%s-%s".formatted(peer, word()),
                        List.of(resource.drainPrefix(peer)),
                        Optional.of(resource.cacheCanary(peer))),
                local,
                this::acknowledged,
                clock);
    }

    private String word() {
        return resource.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    Resource resource() {
        return resource;
    }

    /** Whether a reader is at work. */
    boolean isOpen() {
        return reader != null;
    }

    /** Starts reading from {@code source}. */
    void open(KvStore source) {
        leftEmpty = false;
        reader = Reflector.start(
                "mirror-read-%s-%s".formatted(peer, word()), source, KeyRange.prefix(statePrefix), this::take, clock);
    }

    /**
     * The peer does not export this resource: nothing is copied, what was copied goes, and the canary comes all the
     * same, since a reader waits for it. Does nothing the second time.
     */
    void leaveEmpty() {
        if (leftEmpty) {
            return;
        }
        closeReader();
        mirrored.forEach(name -> writer.delete(cachePrefix + name));
        mirrored.clear();
        refused.clear();
        entries = 0;
        writer.markSynced();
        leftEmpty = true;
    }

    /** Whether the copy is as the peer wants it: read to the end, or empty since there is nothing to read. */
    boolean followed() {
        return leftEmpty || freshness().map(Freshness::synced).orElse(false);
    }

    /** Stops reading; the copy stays. */
    void closeReader() {
        leftEmpty = false;
        Reflector open = reader;
        if (open != null) {
            open.close();
            reader = null;
            unseen = null;
        }
    }

    private void take(List<Change> changes) {
        if (unseen == null) {
            unseen = new HashSet<>(mirrored);
        }
        for (Change change : changes) {
            switch (change) {
                case Change.Upsert(KeyValue entry) -> upsert(entry);
                case Change.Delete(String key) -> delete(key.substring(statePrefix.length()));
                case Change.Synced(Revision ignored) -> synced();
            }
        }
        entries = mirrored.size();
    }

    private void upsert(KeyValue entry) {
        String name = entry.key().substring(statePrefix.length());
        mark(Hop.PEER_RECEIVED, name);
        if (unseen != null) {
            unseen.remove(name);
        }
        Optional<String> objection = admission.objection(resource, name, entry.value());
        if (objection.isEmpty()) {
            refused.remove(name);
            mirrored.add(name);
            writer.upsert(cachePrefix + name, entry.value());
            return;
        }
        refused.put(name, objection.get());
        events.warn(new Warning(
                "peer " + peer, "EntryRefused", "%s is not mirrored: %s".formatted(entry.key(), objection.get())));
        if (mirrored.remove(name)) {
            writer.delete(cachePrefix + name);
        }
    }

    private void delete(String name) {
        mark(Hop.PEER_RECEIVED, name);
        refused.remove(name);
        admission.forget(resource, name);
        if (mirrored.remove(name)) {
            writer.delete(cachePrefix + name);
        }
    }

    private void synced() {
        if (unseen != null) {
            Set<String> gone = unseen;
            unseen = new HashSet<>();
            gone.forEach(this::delete);
        }
        writer.markSynced();
    }

    private void acknowledged(String key) {
        if (key.startsWith(cachePrefix)) {
            mark(Hop.MIRRORED, key.substring(cachePrefix.length()));
        }
    }

    private void mark(Hop hop, String name) {
        if (resource == Resource.SERVICES) {
            hops.mark(hop, name, peer.value());
        }
    }

    Optional<Freshness> freshness() {
        Reflector current = reader;
        return current == null ? Optional.empty() : Optional.of(current.freshness());
    }

    /** Why our own etcd does not take the copy, if it doesn't. */
    Optional<Freshness.Failure> writeFailure() {
        return writer.status().lastFailure();
    }

    MirrorStatus.ResourceStatus status() {
        List<MirrorStatus.Refusal> first = refused.entrySet().stream()
                .limit(REFUSALS_SHOWN)
                .map(entry -> new MirrorStatus.Refusal(statePrefix + entry.getKey(), entry.getValue()))
                .toList();
        return new MirrorStatus.ResourceStatus(word(), writer.status().synced(), entries, refused.size(), first);
    }

    /** Stops; the copy stays until its leases run out. */
    @Override
    public void close() {
        closeReader();
        writer.close();
    }
}
