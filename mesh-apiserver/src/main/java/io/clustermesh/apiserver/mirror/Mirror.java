package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.mirror.PeerSession.News;
import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.runtime.Worker;
import io.clustermesh.store.sync.Freshness;
import io.clustermesh.store.sync.SyncStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mirror of one peer.
 *
 * <pre>
 *   connect ──► heartbeat listed ──► config accepted, id reserved ──► our copy of the config written
 *      ▲                                                                          │
 *      │ kvstore replaced                            canary of a resource ──► copy it, then our canary
 * </pre>
 *
 * <p>Owns one virtual thread, which alone changes state; readers and writers have theirs and report through the
 * mailbox. {@link #close} keeps the copy (stop), {@link #drain} deletes it (remove).
 */
final class Mirror implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    private static final Duration TICK = Duration.ofMillis(500);

    private final PeerFile file;
    private final ClusterName peer;
    private final KvStore local;
    private final PeerConnector connector;
    private final MeshClaims claims;
    private final MirrorTools tools;
    private final ConfigJudge judge;
    private final Mailbox<News> mailbox = new Mailbox<>(64);
    private final MirrorView view;
    private final Worker worker;

    private volatile boolean configWritten;

    // the worker's own
    private final Set<Resource> canaries = EnumSet.noneOf(Resource.class);
    private Optional<News.Config> lastConfig = Optional.empty();
    private Optional<ClusterId> admittedId = Optional.empty();
    private @Nullable SyncStore configWriter;

    private Mirror(PeerFile file, KvStore local, PeerConnector connector, MeshClaims claims, MirrorTools tools) {
        this.file = file;
        this.peer = file.peer();
        this.local = local;
        this.connector = connector;
        this.claims = claims;
        this.tools = tools;
        this.judge = new ConfigJudge(peer, claims);
        this.view = new MirrorView(peer, tools.clock());
        this.worker = Worker.start("mirror-" + peer, this::loop);
    }

    static Mirror start(PeerFile file, KvStore local, PeerConnector connector, MeshClaims claims, MirrorTools tools) {
        return new Mirror(file, local, connector, claims, tools);
    }

    PeerFile file() {
        return file;
    }

    MirrorView view() {
        return view;
    }

    private void loop() throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));
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
            canaries.clear();
            lastConfig = Optional.empty();
            while (mailbox.poll(Duration.ZERO).isPresent()) {
                // news of the session that is over
            }
            tools.clock().sleep(backoff.afterFailure());
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
            closeWriters();
            claims.release(peer);
            Drain.run(peer, local, tools);
            claims.reserve(peer, config.id());
            admittedId = Optional.empty();
        }
        if (configWriter == null) {
            configWriter = SyncStore.start(
                    SyncStore.Options.of("mirror-write-%s-config".formatted(peer), List.of(), Optional.empty()),
                    local,
                    key -> configWritten = true,
                    tools.clock());
        }
        configWriter.upsert(Keys.clusterConfig(peer), ClusterConfigCodec.encode(config.asMirrored()));
        if (admittedId.isEmpty()) {
            admittedId = Optional.of(config.id());
            Admission admission = new Admission(peer, config.id(), claims);
            List<ResourceMirror> resources = new ArrayList<>();
            for (Resource resource : Resource.values()) {
                resources.add(new ResourceMirror(resource, peer, admission, local, tools));
            }
            view.resources(resources);
        }
        view.judged(Optional.of(config));
        LOG.atInfo().addKeyValue("peer", peer).addKeyValue("id", config.id()).log("peer accepted");
    }

    private void closeWriters() {
        view.resources().forEach(ResourceMirror::close);
        view.resources(List.of());
        if (configWriter != null) {
            configWriter.close();
            configWriter = null;
            configWritten = false;
        }
    }

    MirrorStatus status() {
        return view.status();
    }

    /** How fresh the copy is, for the services view. */
    Freshness freshness() {
        return view.freshness();
    }

    /** Stops and deletes the copy; the returned worker ends when that is done. */
    Worker drain() {
        view.draining();
        close();
        return Worker.start("mirror-drain-" + peer, () -> Drain.run(peer, local, tools));
    }

    /** Stops; the copy stays until its leases run out. */
    @Override
    public void close() {
        worker.close();
        closeWriters();
        claims.release(peer);
    }
}
