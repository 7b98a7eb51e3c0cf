package io.clustermesh.nodesync;

import io.clustermesh.bpf.libbpf.BpfException;
import io.clustermesh.bpf.maps.BackendPicker;
import io.clustermesh.bpf.maps.IpCache;
import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.maps.MemoryIpCache;
import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.bpf.sockets.TranslatedSockets;
import io.clustermesh.model.ServiceName;
import io.clustermesh.nodesync.agent.NodeAgent;
import io.clustermesh.nodesync.agent.NodeSyncMetrics;
import io.clustermesh.nodesync.agent.ServiceKeeper;
import io.clustermesh.nodesync.agent.Source;
import io.clustermesh.nodesync.audit.AuditMetrics;
import io.clustermesh.nodesync.audit.Auditor;
import io.clustermesh.nodesync.audit.WrittenTables;
import io.clustermesh.nodesync.ipcache.IpcacheAgent;
import io.clustermesh.nodesync.quarantine.ConnectWitness;
import io.clustermesh.nodesync.quarantine.Quarantine;
import io.clustermesh.nodesync.quarantine.QuarantineMetrics;
import io.clustermesh.nodesync.quarantine.TcpProber;
import io.clustermesh.nodesync.stuck.StuckMetrics;
import io.clustermesh.nodesync.stuck.StuckReport;
import io.clustermesh.nodesync.stuck.StuckSockets;
import io.clustermesh.nodesync.view.Explained;
import io.clustermesh.nodesync.view.LoadBalancerReader;
import io.clustermesh.nodesync.view.PickView;
import io.clustermesh.nodesync.view.Status;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.admin.View;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Metrics;
import io.clustermesh.store.sync.Freshness;
import io.clustermesh.store.sync.Reflector;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process: opens the tables, adopts what they hold, and keeps them as the own cluster's mesh-apiserver says.
 *
 * <pre>
 *   mesh-apiserver ══► Reflector OWN ──────────┐
 *        (TLS)     ══► Reflector PEERS ────────┤
 *                  ══► Reflector PEER_SLICES ──┤  mailbox   NodeAgent        ServiceTables
 *                  ══► Reflector PEER_CONFIGS ─┤──────────► (one thread) ──► kernel or memory
 *                  ══► Reflector DRAINS ───────┤
 *   admin socket   ──► views ──────────────────┘
 * </pre>
 */
public final class NodeSync {

    private static final int HOPS = 2000;
    private static final int MEMORY_PREFIXES = 512_000;
    private static final Duration STUCK = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(NodeSync.class);

    private NodeSync() {}

    /** Starts node-sync as configured; its parts belong to {@code lifecycle}. */
    public static void start(Settings settings, Lifecycle lifecycle) {
        NodeSyncConfig config = NodeSyncConfig.read(settings);
        ServiceTables tables = lifecycle.own("service tables", open(config.dataPlane()));
        KvStore store = lifecycle.own("apiserver client", EtcdKvStore.connect(config.apiserver(), lifecycle.clock()));
        start(config, tables, store, lifecycle);
    }

    static void start(NodeSyncConfig config, ServiceTables tables, KvStore store, Lifecycle lifecycle) {
        Clock clock = lifecycle.clock();
        HopTrace hops = new HopTrace(clock, HOPS);
        WrittenTables written = new WrittenTables(tables);
        ServiceKeeper keeper = new ServiceKeeper(
                config.node().cluster(),
                config.node().clusterId(),
                written,
                clock,
                hops,
                new LocalPlace(config.node().name(), config.place()));
        Auditor auditor = new Auditor(written, keeper, clock, config.auditEvery());
        Quarantine quarantine = new Quarantine(
                written,
                config.node().clusterId().value(),
                config.failing().quarantine() ? witness(tables) : ConnectWitness.BLIND,
                lifecycle.own("prober", new TcpProber()),
                keeper.events()::add,
                clock);
        Supplier<StuckReport> stuck = endStuckSockets(config, written, lifecycle);
        Watch watch = new Watch(auditor, quarantine, stuck);
        NodeAgent agent = new NodeAgent(keeper, clock, List.of(quarantine::step, auditor::step));
        lifecycle.run(agent);

        Map<Source, Reflector> reflectors = new EnumMap<>(Source.class);
        for (Source source : Source.values()) {
            reflectors.put(
                    source,
                    lifecycle.own(
                            "reflector " + source,
                            Reflector.start(
                                    "reflect-" + source,
                                    store,
                                    KeyRange.prefix(keeper.prefix(source)),
                                    changes -> agent.changed(source, changes),
                                    clock)));
        }
        Supplier<Status.Apiserver> apiserver = () -> apiserver(config, keeper, reflectors);
        IpcacheAgent ipcache =
                IpcacheAgent.start(config.node(), ipCacheOf(tables), config.auditEvery(), store, lifecycle);

        Metrics metrics = lifecycle.own("metrics", new Metrics());
        NodeSyncMetrics.register(metrics.meter("nodesync"), agent::snapshot);
        Health health = health(agent, clock, apiserver);
        ipcache.register(metrics.meter("nodesync"));
        AuditMetrics.register(metrics.meter("nodesync"), auditor::report);
        QuarantineMetrics.register(metrics.meter("nodesync"), quarantine::report);
        StuckMetrics.register(metrics.meter("nodesync"), stuck);
        Map<String, View> views = views(config, agent, tables, apiserver, watch, clock);
        views.put("/v1/hops", query -> hops.entries());
        views.put("/v1/ipcache", ipcache::view);
        lifecycle.own("admin API", AdminServer.start(config.admin(), health, metrics, views));
    }

    private static IpCache ipCacheOf(ServiceTables tables) {
        return tables instanceof KernelServiceTables kernel ? kernel.ipCache() : new MemoryIpCache(MEMORY_PREFIXES);
    }

    /** Those that look after tables and sockets between changes. */
    private record Watch(Auditor auditor, Quarantine quarantine, Supplier<StuckReport> stuck) {}

    /** A kernel that can't look into sockets serves all the same; status says what it lacks. */
    private static Supplier<StuckReport> endStuckSockets(
            NodeSyncConfig config, WrittenTables written, Lifecycle lifecycle) {
        if (!(config.dataPlane() instanceof DataPlane.Kernel kernel)
                || config.failing().ended().isEmpty()) {
            return () -> StuckReport.off(Optional.empty());
        }
        TranslatedSockets sockets;
        try {
            sockets = lifecycle.own("translated sockets", new TranslatedSockets(kernel.pinDir()));
        } catch (BpfException e) {
            LOG.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("sockets on lost backends can't be ended here; set sockets.end: none to leave it at that");
            return () -> StuckReport.off(Optional.of(String.valueOf(e.getMessage())));
        }
        StuckSockets agent =
                new StuckSockets(sockets::end, written, config.failing().ended(), lifecycle.clock());
        written.onLoss(agent::lost);
        lifecycle.run(agent);
        return agent::report;
    }

    private static ConnectWitness witness(ServiceTables tables) {
        return tables instanceof KernelServiceTables kernel
                ? limit -> kernel.tallies().failures(limit).stream()
                        .map(failure -> failure.target().backend())
                        .toList()
                : ConnectWitness.BLIND;
    }

    private static ServiceTables open(DataPlane dataPlane) {
        return switch (dataPlane) {
            case DataPlane.Memory(ServiceTables.Capacity capacity) -> new MemoryServiceTables(capacity);
            case DataPlane.Kernel kernel ->
                KernelServiceTables.open(
                        new KernelServiceTables.Config(kernel.pinDir(), kernel.cgroup(), kernel.capacity()));
        };
    }

    private static Map<String, View> views(
            NodeSyncConfig config,
            NodeAgent agent,
            ServiceTables tables,
            Supplier<Status.Apiserver> apiserver,
            Watch watch,
            Clock clock) {
        LoadBalancerReader reader = new LoadBalancerReader(config.dataPlane().kind());
        Map<String, View> views = new HashMap<>();
        views.put("/v1/lb", query -> agent.ask(keeper -> reader.read(keeper, clock.now())));
        views.put("/v1/status", query -> agent.ask(keeper -> status(config, keeper, apiserver.get(), watch)));
        views.put("/v1/explain", query -> {
            ServiceName service = service(query);
            return agent.ask(keeper -> Explained.read(keeper, reader, config.node(), service, clock.now()));
        });
        views.put(
                "/v1/audit",
                query -> query.containsKey("now")
                        ? agent.ask(keeper -> watch.auditor().now())
                        : watch.auditor().report());
        if (config.dataPlane() instanceof DataPlane.Memory) {
            views.put(
                    "/v1/pick",
                    new PickView(new BackendPicker(
                            tables, () -> ThreadLocalRandom.current().nextLong())));
        }
        return views;
    }

    private static ServiceName service(Map<String, String> query) {
        String text = query.getOrDefault("service", "");
        if (text.isEmpty()) {
            throw new IllegalArgumentException("service is missing; ask /v1/explain?service=namespace/name");
        }
        return ServiceName.parse(text);
    }

    private static Status status(NodeSyncConfig config, ServiceKeeper keeper, Status.Apiserver apiserver, Watch watch) {
        return new Status(
                config.node(),
                apiserver,
                new Status.DataPlane(
                        config.dataPlane().kind(),
                        keeper.settledOnce(),
                        keeper.usage(),
                        keeper.tables().capacity()),
                new Status.Records(
                        keeper.counts(),
                        keeper.refusals().total(),
                        keeper.refusals().current()),
                keeper.findings(),
                watch.auditor().report(),
                watch.quarantine().report(),
                watch.stuck().get(),
                keeper.events().events());
    }

    private static Status.Apiserver apiserver(
            NodeSyncConfig config, ServiceKeeper keeper, Map<Source, Reflector> reflectors) {
        Map<String, Freshness> sources = new TreeMap<>();
        reflectors.forEach((source, reflector) -> sources.put(keeper.prefix(source), reflector.freshness()));
        return new Status.Apiserver(
                config.apiserver().endpoints(),
                sources.values().stream().allMatch(Freshness::connected),
                sources.values().stream().allMatch(Freshness::synced),
                sources);
    }

    private static Health health(NodeAgent agent, Clock clock, Supplier<Status.Apiserver> apiserver) {
        Health health = new Health();
        health.liveness("programmer", () -> {
            Duration quiet =
                    Duration.ofNanos(clock.monotonicNanos() - agent.snapshot().atNanos());
            return quiet.compareTo(STUCK) < 0
                    ? Health.up()
                    : Health.down(
                            "the agent has not come round for %d s; restart node-sync".formatted(quiet.toSeconds()));
        });
        health.readiness(
                "tables",
                () -> agent.snapshot().settled()
                        ? Health.up()
                        : Health.down("the tables are not yet as the mesh says; see apiserver in /v1/status"));
        health.readiness(
                "apiserver",
                () -> apiserver.get().connected()
                        ? Health.up()
                        : Health.down("no watch on mesh-apiserver; the tables stay as they are, see /v1/status"));
        return health;
    }
}
