package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubeObject.Kind;
import io.clustermesh.apiserver.source.Source;
import io.clustermesh.apiserver.source.SourceChange;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.apiserver.source.SourceListener;
import io.clustermesh.model.Keys;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.lead.Leadership;
import io.clustermesh.store.lead.LeadershipListener;
import io.clustermesh.store.lead.Seat;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.HopTrace.Hop;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Reflector;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a source's objects in a kvstore.
 *
 * <pre>
 *   source thread ── changes ──►┐                                   ┌─► nodes      ─► canary
 *                               ├─► mailbox ─► this agent's thread ─┼─► services   ─► canary
 *   identity watch ─ ids ──────►┘              (Publication)        ├─► label sets ─► (identity-allocator) ─┐
 *        ▲                                                          └─► ips        ─► canaries              │
 *        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Of several replicas one writes, the leader of {@link #TASK}; the others keep their picture up to date, so that one
 * of them can take over. A part of it is written once the source has told every kind that the part is made of, so that a start shows no
 * half-filled service, and a kind that can't be read holds up nothing that does without it. The
 * canaries of identities and ips wait until every label set in use has its identity, but not for ever: an allocator
 * that does not answer must not keep services from the peers.
 */
public final class Publisher implements Agent {

    /** What replicas contend for; its leader publishes and says that the cluster is there. */
    public static final String TASK = "publisher";

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** How long the first canaries wait for the identity-allocator; Cilium's readers wait about as long. */
    private static final Duration IDENTITY_LIMIT = Duration.ofSeconds(30);

    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final int MAILBOX = 256;

    private final OwnCluster cluster;
    private final EventLog events;
    private final HopTrace hops;
    private final Clock clock;
    private final Publication publication;
    private final KvStore store;
    private final Leadership leadership;
    private final Seat seat;
    private final Mailbox<Message> mailbox = new Mailbox<>(MAILBOX);
    private final Reflector identities;
    private final Reflector clusters;
    private final KnownClusters known = new KnownClusters();

    private final Set<Kind> kindsSynced = EnumSet.noneOf(Kind.class);
    private final Set<Part> ready = EnumSet.noneOf(Part.class);
    private volatile boolean sourceSynced;
    private boolean identitiesSynced;
    private boolean addressesComplete;
    private long podsReadyNanos;
    private final Map<String, Edit> published = new LinkedHashMap<>();
    private volatile @Nullable Writers writers;
    private volatile boolean everSynced;
    private volatile Snapshot snapshot = new Snapshot(new PublishedCounts(0, 0, 0, 0, 0, 0, 0, 0), 0);

    private sealed interface Message {
        record Changes(List<SourceChange> changes, Instant seenAt) implements Message {}

        record KindsSynced(Set<Kind> kinds) implements Message {}

        record IdentityChanges(List<Change> changes) implements Message {}

        /** Clusters came or went. */
        record ClusterChanges(List<Change> changes) implements Message {}

        /** We began or ceased to lead. */
        record Lead() implements Message {}
    }

    private record Snapshot(PublishedCounts counts, int waitingForIdentity) {}

    private Publisher(
            OwnCluster cluster,
            KvStore store,
            Leadership leadership,
            EventLog events,
            HopTrace hops,
            Lifecycle lifecycle) {
        this.cluster = cluster;
        this.store = store;
        this.leadership = leadership;
        this.seat = new Seat(() -> mailbox.offer(new Message.Lead()));
        this.events = events;
        this.hops = hops;
        this.clock = lifecycle.clock();
        this.publication = new Publication(cluster, events::warn);
        this.identities = Reflector.start(
                "identities",
                store,
                KeyRange.prefix(Keys.IDENTITY_IDS),
                changes -> mailbox.put(new Message.IdentityChanges(changes)),
                clock);
        this.clusters = Reflector.start(
                "clusters",
                store,
                KeyRange.prefix(Keys.CLUSTER_CONFIGS),
                changes -> mailbox.put(new Message.ClusterChanges(changes)),
                clock);
    }

    /**
     * Starts publishing what {@code source} tells, whenever this replica leads {@link #TASK}; everything becomes part
     * of {@code lifecycle}.
     */
    public static Publisher start(
            OwnCluster cluster,
            Source source,
            KvStore store,
            Leadership leadership,
            EventLog events,
            HopTrace hops,
            Lifecycle lifecycle) {
        return start(cluster, source, store, leadership, events, hops, lifecycle, List.of());
    }

    /**
     * As above.
     *
     * @param alongside what else only the replica that publishes may do
     */
    public static Publisher start(
            OwnCluster cluster,
            Source source,
            KvStore store,
            Leadership leadership,
            EventLog events,
            HopTrace hops,
            Lifecycle lifecycle,
            List<? extends LeadershipListener> alongside) {
        Seat presence = Presence.start(cluster, store, lifecycle);
        Publisher publisher = new Publisher(cluster, store, leadership, events, hops, lifecycle);
        lifecycle.run(publisher);
        leadership.contend(TASK, publisher.listener(presence, alongside));
        lifecycle.own("identity watch", publisher.identities);
        lifecycle.own("cluster watch", publisher.clusters);
        source.start(publisher.listener(), lifecycle);
        return publisher;
    }

    private LeadershipListener listener(Seat presence, List<? extends LeadershipListener> alongside) {
        return new LeadershipListener() {
            @Override
            public void gained(Term term) {
                seat.gained(term);
                presence.gained(term);
                alongside.forEach(other -> other.gained(term));
            }

            @Override
            public void lost(Term term, String reason) {
                seat.lost(term, reason);
                presence.lost(term, reason);
                alongside.forEach(other -> other.lost(term, reason));
            }
        };
    }

    /** How it is doing; any thread. */
    public PublisherStatus status() {
        Snapshot now = snapshot;
        Writers current = writers;
        Optional<String> leader = Optional.ofNullable(leadership.leaders().get(TASK));
        boolean others = seat.term().isEmpty() && leader.isPresent() && sourceSynced;
        if (current == null ? others : current.synced()) {
            everSynced = true;
        }
        return new PublisherStatus(
                everSynced,
                new PublisherStatus.Lead(current != null, leader),
                now.counts(),
                now.waitingForIdentity(),
                identities.freshness(),
                current == null ? Map.of() : current.status());
    }

    @Override
    public String roleName() {
        return "publisher";
    }

    @Override
    public void doWork() throws InterruptedException {
        follow();
        for (Message message : mailbox.pollAll(IDLE, MAILBOX)) {
            switch (message) {
                case Message.Changes(List<SourceChange> changes, Instant seenAt) -> {
                    changes.forEach(publication::absorb);
                    write(seenAt);
                }
                case Message.KindsSynced(Set<Kind> kinds) -> {
                    kindsSynced.addAll(kinds);
                    complete();
                }
                case Message.IdentityChanges(List<Change> changes) -> {
                    changes.forEach(this::absorb);
                    write(clock.now());
                }
                case Message.ClusterChanges(List<Change> changes) -> {
                    changes.forEach(known::absorb);
                    known.clusters().ifPresent(publication::clusters);
                    write(clock.now());
                }
                case Message.Lead() -> follow();
            }
        }
        completeAddresses();
    }

    // What is to be published is known before we lead, so that taking over is reading etcd and writing the difference.
    private void follow() {
        Writers current = writers;
        Optional<Term> term = seat.term();
        if (term.equals(Optional.ofNullable(current).map(Writers::term))) {
            return;
        }
        if (current != null) {
            writers = null;
            current.close();
            LOG.atInfo().addKeyValue("cluster", cluster.name()).log("another replica publishes now");
        }
        if (term.isPresent()) {
            Writers next = new Writers(cluster, store, term.get(), this::acknowledged, clock);
            writers = next;
            published.values().stream().filter(this::isReady).forEach(next::write);
            ready.forEach(next::complete);
            if (addressesComplete) {
                next.addressesComplete();
            }
        }
    }

    private void tell(Consumer<Writers> news) {
        Writers current = writers;
        if (current != null) {
            news.accept(current);
        }
    }

    /** Stops writing; the lifecycle stops the rest. */
    @Override
    public void onClose() {
        leadership.withdraw(TASK);
        tell(Writers::close);
    }

    private void absorb(Change change) {
        switch (change) {
            case Change.Upsert(KeyValue entry) -> identity(entry.key(), Optional.of(entry.text()));
            case Change.Delete(String key) -> identity(key, Optional.empty());
            case Change.Synced ignored -> identitiesSynced = true;
        }
    }

    private void identity(String key, Optional<String> labels) {
        try {
            publication.absorb(
                    new NumericIdentity(Integer.parseInt(key.substring(Keys.IDENTITY_IDS.length()))),
                    labels.map(text -> LabelSet.parse(text).toLabelString()));
        } catch (IllegalArgumentException e) {
            events.warn(new Warning(
                    "key " + key,
                    "MalformedIdentity",
                    "is no identity (%s) and is not used; find out who wrote it".formatted(e.getMessage())));
        }
    }

    /** Publishes the parts of which everything is known by now. */
    private void complete() {
        for (Part part : Part.values()) {
            if (!ready.contains(part) && kindsSynced.containsAll(part.needs())) {
                ready.add(part);
                if (part == Part.PODS) {
                    podsReadyNanos = clock.monotonicNanos();
                }
                // what was found out of it earlier, beside another part, has waited here
                published.values().stream()
                        .filter(edit -> part.topics().contains(edit.topic()))
                        .forEach(edit -> tell(current -> current.write(edit)));
                write(clock.now());
                tell(current -> current.complete(part));
            }
        }
        sourceSynced = ready.size() == Part.values().length;
    }

    private boolean isReady(Edit edit) {
        return ready.stream().anyMatch(part -> part.topics().contains(edit.topic()));
    }

    private void write(Instant seenAt) {
        if (ready.isEmpty()) {
            return;
        }
        for (Edit edit : publication.settle(ready)) {
            if (edit.topic() == Topic.MESH_SERVICES) {
                edit.service()
                        .ifPresent(service -> hops.mark(
                                Hop.SOURCE, service.toString(), cluster.name().value(), seenAt));
            }
            if (edit.value().isPresent()) {
                published.put(edit.key(), edit);
            } else {
                published.remove(edit.key());
            }
            if (isReady(edit)) {
                tell(current -> current.write(edit));
            }
        }
        snapshot = new Snapshot(publication.counts(), publication.waitingForIdentity());
    }

    private void completeAddresses() {
        if (addressesComplete || !ready.contains(Part.PODS) || !identitiesSynced) {
            return;
        }
        int waiting = publication.waitingForIdentity();
        if (waiting > 0) {
            if (clock.monotonicNanos() - podsReadyNanos < IDENTITY_LIMIT.toNanos()) {
                return;
            }
            events.warn(new Warning(
                    "cluster " + cluster.name(),
                    "NoIdentities",
                    "%d label sets had no identity after %d s; their pods' addresses are not published; start the identity-allocator"
                            .formatted(waiting, IDENTITY_LIMIT.toSeconds())));
        }
        tell(Writers::addressesComplete);
        addressesComplete = true;
        LOG.atInfo()
                .addKeyValue("published", publication.counts())
                .addKeyValue("waiting", waiting)
                .log("everything said once, canaries follow");
    }

    /** A writer's thread. A service's two keys travel in one transaction, so one of them stands for both. */
    private void acknowledged(String key) {
        String prefix = Topic.MESH_SERVICES.prefix(cluster.name());
        if (key.startsWith(prefix)) {
            hops.mark(
                    Hop.PUBLISHED,
                    key.substring(prefix.length()),
                    cluster.name().value());
        }
    }

    private SourceListener listener() {
        return new SourceListener() {
            @Override
            public void onChanges(List<SourceChange> changes, Instant seenAt) throws InterruptedException {
                mailbox.put(new Message.Changes(changes, seenAt));
            }

            @Override
            public void onSynced(Set<Kind> kinds) throws InterruptedException {
                mailbox.put(new Message.KindsSynced(kinds));
            }

            @Override
            public void onErrors(List<SourceError> errors) {
                for (SourceError error : errors) {
                    events.warn(new Warning("source " + error.file(), "SourceError", error.message()));
                }
            }
        };
    }
}
