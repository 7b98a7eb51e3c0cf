package io.clustermesh.nodesync.ipcache;

import io.clustermesh.bpf.maps.IpCache;
import io.clustermesh.bpf.maps.IpcacheEntry;
import io.clustermesh.model.IpAddress;
import io.clustermesh.nodesync.ipcache.IpcacheKeeper.Snapshot;
import io.clustermesh.nodesync.ipcache.IpcacheKeeper.Source;
import io.clustermesh.nodesync.view.Status;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Mailbox;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Reflector;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ipcache's thread: takes what three watches say, and writes once a batch. A full mailbox holds the watches back.
 */
public final class IpcacheAgent implements Agent {

    private static final int MAILBOX = 256;
    private static final int BATCH = 64;
    private static final Duration TICK = Duration.ofSeconds(1);

    private final IpCache map;
    private final IpcacheKeeper keeper;
    private final Mailbox<News> mailbox = new Mailbox<>(MAILBOX);
    private final Clock clock;
    private final Duration auditEvery;
    private long nextAuditNanos;
    private volatile Snapshot snapshot;

    private record News(Source source, List<Change> changes) {}

    /**
     * What the ipcache says of an address, for views.
     *
     * @param address asked for
     * @param identity behind it; 0 if the map has none
     * @param clusterId of that; 0 if unknown
     */
    public record Answer(String address, int identity, int clusterId) {}

    private IpcacheAgent(Status.Node node, IpCache map, Duration auditEvery, Clock clock) {
        this.map = map;
        this.clock = clock;
        this.auditEvery = auditEvery;
        this.nextAuditNanos = clock.monotonicNanos() + auditEvery.toNanos();
        this.keeper = new IpcacheKeeper(node.cluster(), node.clusterId(), map);
        this.snapshot = keeper.snapshot();
    }

    /**
     * Starts keeping {@code map}; agent and watches belong to {@code lifecycle}, the map does not.
     *
     * @param auditEvery from one reading back of the whole map to the next
     */
    public static IpcacheAgent start(
            Status.Node node, IpCache map, Duration auditEvery, KvStore store, Lifecycle lifecycle) {
        IpcacheAgent agent = new IpcacheAgent(node, map, auditEvery, lifecycle.clock());
        lifecycle.run(agent);
        for (Source source : Source.values()) {
            lifecycle.own(
                    "ipcache watch " + source,
                    Reflector.start(
                            "reflect-ipcache-" + source,
                            store,
                            KeyRange.prefix(source.prefix()),
                            changes -> agent.mailbox.put(new News(source, changes)),
                            lifecycle.clock()));
        }
        return agent;
    }

    @Override
    public String roleName() {
        return "ipcache";
    }

    @Override
    public void doWork() throws InterruptedException {
        List<News> news = mailbox.pollAll(TICK, BATCH);
        try {
            news.forEach(said -> said.changes().forEach(change -> keeper.take(said.source(), change)));
            keeper.settle();
            if (clock.monotonicNanos() - nextAuditNanos >= 0) {
                nextAuditNanos = clock.monotonicNanos() + auditEvery.toNanos();
                keeper.audit();
            }
        } finally {
            snapshot = keeper.snapshot();
        }
    }

    /** Answers {@code /v1/ipcache}: how it is doing, or with {@code address} what the map itself says of that. */
    public Object view(Map<String, String> query) {
        String text = query.getOrDefault("address", "");
        if (text.isEmpty()) {
            return snapshot;
        }
        Optional<IpcacheEntry> found = map.lookup(IpAddress.parse(text));
        return found.map(entry -> new Answer(text, entry.identity().value(), entry.clusterId()))
                .orElse(new Answer(text, 0, 0));
    }

    /** Declares its instruments. */
    public void register(Meter meter) {
        meter.gaugeBuilder("clustermesh.nodesync.ipcache.prefixes")
                .ofLongs()
                .setDescription("Prefixes that the mesh speaks of")
                .buildWithCallback(it -> it.record(snapshot.prefixes()));
        meter.gaugeBuilder("clustermesh.nodesync.ipcache.pending")
                .ofLongs()
                .setDescription("Prefixes that are not yet in the ipcache as they should be")
                .buildWithCallback(it -> it.record(snapshot.pending()));
        meter.counterBuilder("clustermesh.nodesync.ipcache.drift")
                .setDescription("Prefixes that audits found other than they were written, and repaired")
                .buildWithCallback(it -> it.record(snapshot.drifted()));
        meter.counterBuilder("clustermesh.nodesync.ipcache.refusals")
                .setDescription("Malformed ip records received since the start")
                .buildWithCallback(it -> it.record(snapshot.refused()));
    }
}
