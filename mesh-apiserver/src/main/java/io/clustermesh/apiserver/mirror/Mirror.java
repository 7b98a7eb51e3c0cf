package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.mirror.PeerSession.News;
import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.lead.Term;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.runtime.Worker;
import io.clustermesh.store.sync.SyncStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mirror of one peer, for as long as this replica leads it.
 *
 * <pre>
 *   take over what stands in our kvstore ─► connect ──► heartbeat listed ──► config accepted, id reserved
 *                                             ▲                                              │
 *            kvstore replaced, no heartbeat   │       canary of a resource ──► copy it ◄── our copy of the config
 * </pre>
 *
 * <p>Owns one virtual thread, which alone changes state; readers and writers have theirs and report through the
 * mailbox. {@link #close} keeps the copy (stop), {@link #drain} deletes it (remove).
 */
final class Mirror implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration JUDGE_AGAIN = Duration.ofSeconds(5);

    /** What goes when a peer is away for too long; nodes, ips and identities stay (as Cilium). */
    private static final Set<Resource> REVOCABLE =
            EnumSet.of(Resource.SERVICES, Resource.ENDPOINT_SLICES, Resource.SERVICE_EXPORTS);

    private final PeerFile file;
    private final ClusterName peer;
    private final Term term;
    private final KvStore local;
    private final PeerConnector connector;
    private final MeshClaims claims;
    private final MirrorTools tools;
    private final ConfigJudge judge;
    private final PeerBudget budget;
    private final Mailbox<News> mailbox = new Mailbox<>(64);
    private final MirrorView view;
    private final Worker worker;

    private volatile boolean configWritten;

    // the worker's own
    private final Set<Resource> canaries = EnumSet.noneOf(Resource.class);
    private Set<String> inheritedCanaries = Set.of();
    private Optional<News.Config> lastConfig = Optional.empty();
    private Optional<ClusterId> admittedId = Optional.empty();
    private Optional<String> oddBeat = Optional.empty();
    private @Nullable SyncStore about;
    private @Nullable Recorder recorder;
    private long judgedReleases;
    private long judgedNanos;
    private boolean revoked;

    /** What a mirror needs of the process and of the other mirrors. */
    record Surroundings(KvStore local, PeerConnector connector, MeshClaims claims, MirrorTools tools) {}

    private Mirror(PeerFile file, Term term, Surroundings around) {
        this.file = file;
        this.peer = file.peer();
        this.term = term;
        this.local = around.local();
        this.connector = around.connector();
        this.claims = around.claims();
        this.tools = around.tools();
        this.judge = new ConfigJudge(peer, claims);
        this.budget = new PeerBudget(tools.limits(), tools.clock());
        this.view = new MirrorView(peer, tools.replica(), budget, tools.clock());
        claims.mirroredHere(peer, true);
        this.worker = Worker.start("mirror-" + peer, this::loop);
    }

    static Mirror start(PeerFile file, Term term, Surroundings around) {
        return new Mirror(file, term, around);
    }

    PeerFile file() {
        return file;
    }

    Term term() {
        return term;
    }

    MirrorView view() {
        return view;
    }

    private void loop() throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));
        resume();
        backoff.succeeded();
        while (true) {
            try (PeerSession session = new PeerSession(file, connector, mailbox, tools.clock())) {
                view.session(Optional.of(session));
                follow(session, backoff);
            } catch (StoreException e) {
                view.failed(String.valueOf(e.getMessage()));
            } finally {
                view.session(Optional.empty());
                view.resources().forEach(ResourceMirror::closeReader);
            }
            upkeep();
            canaries.clear();
            lastConfig = Optional.empty();
            while (mailbox.poll(Duration.ZERO).isPresent()) {
                // news of the session that is over
            }
            tools.clock().sleep(backoff.afterFailure());
        }
    }

    // What an earlier run or another replica mirrored is kept alive from the first moment on, be the peer up or not.
    private void resume() throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
        while (true) {
            try {
                inheritedCanaries = local.list(KeyRange.prefix(Keys.syncedPrefix(peer))).entries().stream()
                        .map(KeyValue::key)
                        .collect(Collectors.toSet());
                local.get(MirrorRecord.key(peer))
                        .flatMap(entry -> MirrorRecord.decode(entry.value()))
                        .ifPresent(
                                record -> view.resumed(record.asOf(tools.clock().now())));
                local.get(Keys.clusterConfig(peer)).ifPresent(this::inherit);
                return;
            } catch (StoreException e) {
                view.refused(String.valueOf(e.getMessage()));
                tools.clock().sleep(backoff.afterFailure());
            }
        }
    }

    private void inherit(KeyValue entry) {
        if (ClusterConfigCodec.decode(entry.value()) instanceof Decoded.Value<ClusterConfig>(ClusterConfig config)
                && config.capabilities().cached()
                && claims.reserve(peer, config.id()).isEmpty()) {
            startWriters(config.id());
            LOG.atInfo()
                    .addKeyValue("peer", peer)
                    .addKeyValue("id", config.id())
                    .log("took over the copy of a peer");
        }
    }

    private void follow(PeerSession session, Backoff backoff) throws InterruptedException {
        while (!session.replaced()) {
            Optional<News> news = mailbox.poll(TICK);
            if (news.isPresent()) {
                switch (news.get()) {
                    case News.Config config -> {
                        lastConfig = Optional.of(config);
                        view.judged(Optional.empty());
                        backoff.succeeded();
                    }
                    case News.Canary(Resource resource) -> canaries.add(resource);
                }
            }
            settle(session);
            judgeAgain(session);
            noteOddBeat(session);
            upkeep();
            Duration silence = session.beat().silence();
            if (silence.compareTo(tools.limits().silence()) > 0) {
                view.failed("no heartbeat for %d s; connecting anew".formatted(silence.toSeconds()));
                LOG.atWarn().addKeyValue("peer", peer).log("no heartbeat, connecting anew");
                return;
            }
        }
        view.failed("the peer's kvstore was replaced; connecting anew");
        LOG.atInfo().addKeyValue("peer", peer).log("the peer's kvstore was replaced, connecting anew");
    }

    // Idempotent: whatever is known now leads as far as it can.
    private void settle(PeerSession session) throws InterruptedException {
        if (lastConfig.isEmpty()) {
            return;
        }
        if (view.config().isEmpty()) {
            switch (judge.judge(lastConfig.get().entry().map(KeyValue::value))) {
                case ConfigJudge.Verdict.Accepted(ClusterConfig config) -> accept(config);
                case ConfigJudge.Verdict.Refused(String reason) -> {
                    view.refused(reason);
                    return;
                }
            }
        }
        Optional<ClusterConfig> config = view.config();
        if (config.isEmpty() || !configWritten) {
            return;
        }
        boolean waits = config.get().capabilities().syncedCanaries();
        if (waits) {
            session.watchCanaries();
        }
        for (ResourceMirror resource : view.resources()) {
            if (!config.get().capabilities().exports(resource.resource())) {
                resource.leaveEmpty();
            } else if (!resource.isOpen() && (!waits || canaries.contains(resource.resource()))) {
                resource.open(session.source());
            }
        }
    }

    private void accept(ClusterConfig config) throws InterruptedException {
        if (admittedId.isPresent() && !admittedId.get().equals(config.id())) {
            LOG.atWarn()
                    .addKeyValue("peer", peer)
                    .addKeyValue("before", admittedId.get())
                    .addKeyValue("now", config.id())
                    .log("the peer changed its cluster id, deleting what was mirrored");
            startAgain();
            if (claims.reserve(peer, config.id()).isPresent()) {
                return; // another peer was quicker; judged again at the next tick
            }
        }
        if (admittedId.isEmpty()) {
            startWriters(config.id());
        }
        SyncStore writer = about;
        if (writer != null) {
            writer.upsert(Keys.clusterConfig(peer), ClusterConfigCodec.encode(config.asMirrored()));
        }
        view.judged(Optional.of(config));
        LOG.atInfo().addKeyValue("peer", peer).addKeyValue("id", config.id()).log("peer accepted");
    }

    private void startAgain() throws InterruptedException {
        closeWriters();
        claims.release(peer);
        new Drain(peer, local, term, tools).run();
        inheritedCanaries = Set.of();
        admittedId = Optional.empty();
        configWritten = false;
    }

    private void startWriters(ClusterId id) {
        admittedId = Optional.of(id);
        about = SyncStore.start(
                SyncStore.Options.ofRanges(
                                "mirror-write-%s-config".formatted(peer),
                                List.of(KeyRange.key(Keys.clusterConfig(peer)), KeyRange.key(MirrorRecord.key(peer))),
                                Optional.empty())
                        .withLeaseTtl(claims.own().exports().leaseTtl())
                        .fencedBy(term.guard()),
                local,
                key -> configWritten = configWritten || key.equals(Keys.clusterConfig(peer)),
                tools.clock());
        recorder = new Recorder(view, about, tools.clock());
        ResourceMirror.Shared shared = new ResourceMirror.Shared(
                peer,
                term,
                new Admission(peer, id, claims),
                budget,
                local,
                claims.own().exports().leaseTtl());
        List<ResourceMirror> resources = new ArrayList<>();
        for (Resource resource : Resource.values()) {
            boolean inherited = inheritedCanaries.contains(resource.cacheCanary(peer));
            resources.add(new ResourceMirror(resource, shared, inherited, tools));
        }
        view.resources(resources);
    }

    // What stood in the way of an entry may be gone, or stand there now.
    private void judgeAgain(PeerSession session) throws InterruptedException {
        long now = tools.clock().monotonicNanos();
        if (now - judgedNanos < JUDGE_AGAIN.toNanos()) {
            return;
        }
        judgedNanos = now;
        if (admittedId.isPresent() && !claims.holds(peer, admittedId.get())) {
            view.failed("cluster id %s belongs to another peer; give one of the two another id"
                    .formatted(admittedId.get()));
            view.judged(Optional.empty());
            startAgain();
            return;
        }
        boolean all = claims.takeContested(peer);
        long releases = claims.releases();
        boolean some = releases != judgedReleases;
        judgedReleases = releases;
        for (ResourceMirror resource : view.resources()) {
            if (all || (some && resource.hasRefusals())) {
                resource.readAgain(session.source());
            }
        }
    }

    private void noteOddBeat(PeerSession session) {
        Optional<String> odd = session.beat().oddity();
        if (!odd.equals(oddBeat)) {
            oddBeat = odd;
            odd.ifPresent(what -> {
                view.failed(what);
                tools.events().warn(new Warning("peer " + peer, "OddHeartbeat", what));
            });
        }
    }

    /** What goes on whether the peer is there or not. */
    private void upkeep() {
        Duration limit = tools.limits().cacheTtl();
        boolean away = !view.freshness().connected();
        if (!away) {
            revoked = false;
        } else if (!revoked
                && !limit.isZero()
                && view.age().filter(age -> age.compareTo(limit) > 0).isPresent()
                && !view.resources().isEmpty()) {
            revoked = true;
            view.resources().stream()
                    .filter(resource -> REVOCABLE.contains(resource.resource()))
                    .forEach(ResourceMirror::revoke);
            view.revoked(view.revocations() + 1);
            tools.events()
                    .warn(new Warning(
                            "peer " + peer,
                            "CacheExpired",
                            "was not reached for %d s (mirror.cacheTtl), its services were removed; they come back with it"
                                    .formatted(limit.toSeconds())));
        }
        Recorder current = recorder;
        if (current != null) {
            current.record();
        }
    }

    private void closeWriters() {
        view.resources().forEach(ResourceMirror::close);
        view.resources(List.of());
        SyncStore writer = about;
        if (writer != null) {
            writer.close();
            about = null;
            recorder = null;
            configWritten = false;
        }
    }

    MirrorStatus status() {
        return view.status();
    }

    /** Stops and deletes the copy; the returned worker ends when that is done or another replica's business. */
    Worker drain() {
        view.draining();
        close();
        return Worker.start("mirror-drain-" + peer, () -> {
            new Drain(peer, local, term, tools).run();
            claims.release(peer);
        });
    }

    /** Stops; the copy stays, for the next replica or until its leases run out. */
    @Override
    public void close() {
        worker.close();
        closeWriters();
        claims.mirroredHere(peer, false);
    }
}
