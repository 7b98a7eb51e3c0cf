package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.HopTrace.Hop;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Freshness;
import io.clustermesh.store.sync.Reflector;
import io.clustermesh.store.sync.SyncStore;
import io.clustermesh.store.sync.SyncStore.Edit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The copy of one resource of one peer. The writer lives as long as the peer is mirrored here, the reader as long as
 * one connection to it: a new reader's first list replaces what the old one knew, and only then is something deleted.
 *
 * <p>Threads: the reader's own calls {@link #take}, and waits there for the peer's budget; the writer's marks the hop;
 * the mirror's opens and closes.
 */
final class ResourceMirror implements AutoCloseable {

    private final Resource resource;
    private final ClusterName peer;
    private final String statePrefix;
    private final String cachePrefix;
    private final SyncStore writer;
    private final Admission admission;
    private final PeerBudget budget;
    private final HopTrace hops;
    private final EventLog events;
    private final Clock clock;
    private final Refused refused;
    /** A complete copy was there when we took over. */
    private final boolean inherited;

    private volatile @Nullable Reflector reader;
    private volatile boolean leftEmpty;

    // the reader's own; the mirror's while there is no reader
    private final Map<String, Integer> sizes = new HashMap<>();
    private final List<Edit> edits = new ArrayList<>();
    private @Nullable Set<String> unseen;
    private boolean listed;
    private int copied;
    private volatile int mirrored;

    /** What the resources of one peer share. */
    record Shared(
            ClusterName peer, Term term, Admission admission, PeerBudget budget, KvStore local, Duration leaseTtl) {}

    /** @param inherited whether our canary says that the copy in our kvstore is complete */
    ResourceMirror(Resource resource, Shared shared, boolean inherited, MirrorTools tools) {
        this.resource = resource;
        this.peer = shared.peer();
        this.statePrefix = resource.statePrefix(peer);
        this.cachePrefix = resource.cachePrefix(peer);
        this.admission = shared.admission();
        this.budget = shared.budget();
        this.inherited = inherited;
        this.hops = tools.hops();
        this.events = tools.events();
        this.clock = tools.clock();
        this.refused = new Refused();
        this.writer = SyncStore.start(
                SyncStore.Options.of(
                                "mirror-write-%s-%s".formatted(peer, word()),
                                List.of(resource.drainPrefix(peer)),
                                Optional.of(resource.cacheCanary(peer)))
                        .withLeaseTtl(shared.leaseTtl())
                        .fencedBy(shared.term().guard()),
                shared.local(),
                this::acknowledged,
                clock);
    }

    private String word() {
        return resource.name().toLowerCase(Locale.ROOT).replace('_', '-');
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
        listed = false;
        unseen = new HashSet<>(sizes.keySet());
        reader = Reflector.start(
                Reflector.Options.of("mirror-read-%s-%s".formatted(peer, word()), KeyRange.prefix(statePrefix))
                        .tellingTooLarge(this::tooLarge),
                source,
                this::take,
                clock);
    }

    /** Judges every entry again; reads them again for that, since what is refused is not kept. */
    void readAgain(KvStore source) {
        if (isOpen()) {
            closeReader();
            open(source);
        }
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
        forgetAll();
        writer.markSynced();
        leftEmpty = true;
    }

    /** Removes the copy but not the canary; the next reader begins with nothing. */
    void revoke() {
        closeReader();
        forgetAll();
    }

    private void forgetAll() {
        sizes.keySet().forEach(name -> admission.forget(resource, name));
        budget.hold(-sizes.size(), -sizes.values().stream().mapToLong(Math::abs).sum());
        sizes.clear();
        refused.clear();
        copied = 0;
        mirrored = 0;
        writer.deleteAll();
    }

    /** Whether the copy is as the peer wants it: read to the end, or empty since there is nothing to read. */
    boolean followed() {
        return leftEmpty || freshness().map(Freshness::synced).orElse(false);
    }

    /** Whether something was left out that might be admissible at another time. */
    boolean hasRefusals() {
        return refused.count() > 0;
    }

    /** Stops reading; the copy stays. */
    void closeReader() {
        leftEmpty = false;
        Reflector open = reader;
        if (open != null) {
            open.close();
            reader = null;
        }
    }

    private void take(List<Change> changes) throws InterruptedException {
        budget.pay(changes.size(), !listed);
        try {
            for (Change change : changes) {
                switch (change) {
                    case Change.Upsert(KeyValue entry) -> upsert(entry);
                    case Change.Delete(String key) -> delete(key.substring(statePrefix.length()));
                    case Change.Synced(Revision ignored) -> synced();
                }
            }
        } finally {
            // what was admitted before an entry broke the peer's budget has been counted, so it must be written
            flush();
        }
        mirrored = copied;
    }

    private void flush() {
        if (!edits.isEmpty()) {
            writer.apply(edits);
            edits.clear();
        }
    }

    private void upsert(KeyValue entry) {
        String name = entry.key().substring(statePrefix.length());
        mark(Hop.PEER_RECEIVED, name);
        Set<String> open = unseen;
        if (open != null) {
            open.remove(name);
        }
        int size = entry.key().length() + entry.value().length;
        Integer before = sizes.get(name);
        budget.hold(before == null ? 1 : 0, size - (before == null ? 0 : Math.abs(before)));
        Optional<String> objection = entry.value().length > MirrorLimits.VALUE_BYTES
                ? Optional.of(Refused.tooLarge(entry.value().length))
                : admission.objection(resource, name, entry.value());
        // negative sizes are those of refused entries
        sizes.put(name, objection.isEmpty() ? size : -size);
        boolean was = before != null && before > 0;
        if (objection.isEmpty()) {
            refused.remove(name);
            copied += was ? 0 : 1;
            edits.add(new Edit.Upsert(cachePrefix + name, entry.value()));
        } else {
            refuse(name, objection.get());
            if (was) {
                copied--;
                edits.add(new Edit.Delete(cachePrefix + name));
            }
        }
    }

    private void refuse(String name, String why) {
        if (refused.add(name, why)) {
            events.warn(new Warning(
                    "peer " + peer, "EntryRefused", "%s is not mirrored: %s".formatted(statePrefix + name, why)));
        }
    }

    private void tooLarge(String key) {
        leaveOut(key);
        flush();
    }

    private void leaveOut(String key) {
        String name = key.substring(statePrefix.length());
        Set<String> open = unseen;
        if (open != null) {
            open.remove(name);
        }
        Integer before = sizes.put(name, -key.length());
        budget.hold(before == null ? 1 : 0, before == null ? key.length() : 0);
        if (before != null && before > 0) {
            copied--;
            edits.add(new Edit.Delete(cachePrefix + name));
        }
        refuse(name, Refused.tooLarge(-1));
    }

    private void delete(String name) {
        mark(Hop.PEER_RECEIVED, name);
        refused.remove(name);
        admission.forget(resource, name);
        Integer size = sizes.remove(name);
        if (size == null) {
            return;
        }
        budget.hold(-1, -Math.abs(size));
        if (size > 0) {
            copied--;
            edits.add(new Edit.Delete(cachePrefix + name));
        }
    }

    private void synced() {
        Set<String> gone = unseen;
        unseen = null;
        listed = true;
        if (gone != null) {
            gone.forEach(this::delete);
        }
        flush();
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
        SyncStore.Status written = writer.status();
        boolean complete = written.synced() || inherited;
        // before the peer was read, what stands in our kvstore counts, without its canary
        int entries = written.synced() ? mirrored : Math.max(mirrored, written.held() - 1);
        return new MirrorStatus.ResourceStatus(
                word(), complete, Math.max(0, entries), refused.count(), refused.first(statePrefix));
    }

    /** Stops; the copy stays until its leases run out. */
    @Override
    public void close() {
        closeReader();
        writer.close();
        budget.hold(-sizes.size(), -sizes.values().stream().mapToLong(Math::abs).sum());
        sizes.clear();
    }
}
