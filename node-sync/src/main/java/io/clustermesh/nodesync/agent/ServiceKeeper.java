package io.clustermesh.nodesync.agent;

import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Drain;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.nodesync.apply.Programmer;
import io.clustermesh.nodesync.audit.Auditor;
import io.clustermesh.nodesync.desired.DesiredService;
import io.clustermesh.nodesync.desired.Finding;
import io.clustermesh.nodesync.desired.Inventory;
import io.clustermesh.nodesync.desired.ServiceMerge;
import io.clustermesh.nodesync.desired.Surroundings;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import io.clustermesh.store.sync.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tables as the records say. {@link #take} what came, then {@link #settle}. Owned by one thread.
 *
 * <p>Until all sources have been read completely once, nothing is written: an earlier agent's tables go on serving, and
 * half a picture would take backends out. A source that breaks later changes nothing either; what is known stays.
 */
public final class ServiceKeeper implements Auditor.Repairs {

    /** How often services with a full map, a taken frontend or a refused write are tried again. */
    static final Duration RETRY = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ServiceKeeper.class);
    private static final Set<Finding.Kind> WORTH_A_RETRY =
            EnumSet.of(Finding.Kind.FRONTEND_TAKEN, Finding.Kind.MAP_FULL, Finding.Kind.WRITE_FAILED);

    /** How often the node's own addresses are looked at again. */
    static final Duration LOOK_AROUND = Duration.ofSeconds(30);

    private final ServiceTables tables;
    private final Supplier<Surroundings.Here> place;
    private final Clock clock;
    private final HopTrace hops;
    private final RecordReader reader;
    private final Inventory inventory;
    private final Programmer programmer;
    private final Refusals refusals;
    private final EventLog events;
    private final Set<Source> unsynced = EnumSet.allOf(Source.class);
    private final Map<ServiceName, Set<ClusterName>> touched = new TreeMap<>();
    private final Map<ServiceName, List<Finding>> findings = new TreeMap<>();
    private final Map<ServiceName, Instant> changedAt = new HashMap<>();
    private final Map<Integer, ClusterName> clusterNames = new HashMap<>();
    private boolean settledOnce;
    private long retryAtNanos;
    private long placeAtNanos;
    private long applies;

    /** A keeper on a node of which nothing is known. */
    public ServiceKeeper(ClusterName own, ClusterId ownId, ServiceTables tables, Clock clock, HopTrace hops) {
        this(own, ownId, tables, clock, hops, () -> Surroundings.Here.UNKNOWN);
    }

    /**
     * Adopts what the tables hold.
     *
     * @param own this node's cluster
     * @param ownId its id
     * @param tables written by this keeper alone
     * @param hops where the way of each change is noted
     * @param place the node, asked for every half a minute, since its addresses may change
     */
    public ServiceKeeper(
            ClusterName own,
            ClusterId ownId,
            ServiceTables tables,
            Clock clock,
            HopTrace hops,
            Supplier<Surroundings.Here> place) {
        this.tables = tables;
        this.place = place;
        this.placeAtNanos = clock.monotonicNanos();
        this.clock = clock;
        this.hops = hops;
        this.reader = new RecordReader(own);
        this.inventory = new Inventory(new ServiceMerge(own, ownId));
        this.refusals = new Refusals(clock);
        this.events = new EventLog(clock);
        this.programmer = new Programmer(tables, clock);
        inventory.here(place.get());
        clusterNames.put(ownId.value(), own);
        Programmer.Usage adopted = programmer.usage();
        if (adopted.frontends() > 0) {
            LOG.atInfo().addKeyValue("frontends", adopted.frontends()).log("adopted the tables of an earlier agent");
            events.add(
                    "ADOPTED",
                    own.value(),
                    "took over %d frontends and %d backends of an earlier agent"
                            .formatted(adopted.frontends(), adopted.backends()));
        }
    }

    /** The prefix that {@code source} watches. */
    public String prefix(Source source) {
        return reader.prefix(source);
    }

    /** Takes one change into the inventory. */
    public void take(Source source, Change change) {
        switch (change) {
            case Change.Upsert(var entry) -> take(entry.key(), reader.put(source, entry));
            case Change.Delete(String key) -> take(key, reader.gone(source, key));
            case Change.Synced synced -> {
                if (unsynced.remove(source)) {
                    LOG.atInfo()
                            .addKeyValue("source", source)
                            .addKeyValue("revision", synced.at())
                            .log("source synced");
                }
            }
        }
    }

    /** Brings the tables up to date; cheap if there is nothing to do. */
    public void settle() {
        if (!unsynced.isEmpty()) {
            return;
        }
        if (clock.monotonicNanos() - placeAtNanos >= LOOK_AROUND.toNanos()) {
            placeAtNanos = clock.monotonicNanos();
            inventory.here(place.get()).forEach(this::touch);
        }
        inventory.changedByClusterIps().forEach(this::touch);
        if (!settledOnce) {
            inventory.names().forEach(this::touch);
        }
        boolean retry = clock.monotonicNanos() - retryAtNanos >= 0;
        if (retry) {
            findings.forEach((name, found) -> {
                if (found.stream().anyMatch(it -> WORTH_A_RETRY.contains(it.kind()))) {
                    touched.computeIfAbsent(name, any -> new HashSet<>());
                }
            });
            retryAtNanos = clock.monotonicNanos() + RETRY.toNanos();
        }
        settleTouched();
        if (!settledOnce) {
            settledOnce = true;
            int pruned = programmer.prune();
            LOG.atInfo()
                    .addKeyValue("frontends", programmer.usage().frontends())
                    .addKeyValue("pruned", pruned)
                    .log("tables are as the mesh says");
        }
    }

    @Override
    public boolean settled() {
        return settledOnce;
    }

    @Override
    public void rewrite(FrontendKey frontend) {
        programmer.distrust(frontend).ifPresent(this::touch);
    }

    @Override
    public List<String> reapplyStale() {
        List<String> stale = new ArrayList<>();
        for (ServiceName name : inventory.names()) {
            boolean hindered = findings.containsKey(name) || touched.containsKey(name);
            if (!hindered && !programmer.holds(inventory.desired(name))) {
                touch(name);
                stale.add(name.toString());
            }
        }
        return stale;
    }

    private void touch(ServiceName name) {
        touched.computeIfAbsent(name, any -> new HashSet<>());
    }

    private void settleTouched() {
        List<DesiredService> desired = new ArrayList<>(touched.size());
        for (ServiceName name : touched.keySet()) {
            desired.add(inventory.desired(name));
        }
        desired.forEach(programmer::relieve);
        for (DesiredService service : desired) {
            List<Finding> found = new ArrayList<>(service.findings());
            found.addAll(programmer.apply(service));
            applies++;
            note(service.name(), found);
            for (ClusterName cluster : touched.getOrDefault(service.name(), Set.of())) {
                hops.mark(HopTrace.Hop.APPLIED, service.name().toString(), cluster.value());
            }
        }
        touched.clear();
    }

    private void take(String key, Reading reading) {
        switch (reading) {
            case Reading.Own(MeshService service) -> {
                refusals.clear(key);
                changed(service.name(), service.cluster(), inventory.putLocal(service));
            }
            case Reading.Peer(ServiceRecord service) -> {
                refusals.clear(key);
                clusterNames.put(service.clusterId().value(), service.cluster());
                changed(service.name(), service.cluster(), inventory.putRemote(service));
            }
            case Reading.Gone(ClusterName cluster, ServiceName name) -> {
                refusals.clear(key);
                boolean known = inventory.removeRemote(cluster, name);
                changed(name, cluster, known || ownGone(cluster, name));
            }
            case Reading.Slice(ClusterEndpointSlice slice) -> {
                refusals.clear(key);
                ClusterName cluster = slice.origin().cluster();
                clusterNames.put(slice.origin().clusterId().value(), cluster);
                inventory.putSlice(slice).forEach(name -> changed(name, cluster, true));
            }
            case Reading.SliceGone(ClusterName cluster, String namespace, String slice) -> {
                refusals.clear(key);
                inventory.removeSlice(cluster, namespace, slice).forEach(name -> changed(name, cluster, true));
            }
            case Reading.Config(ClusterName cluster, boolean slices) -> {
                refusals.clear(key);
                inventory.exportsSlices(cluster, slices).forEach(name -> changed(name, cluster, true));
            }
            case Reading.Drained(Drain.Target target, int keepPercent) -> {
                refusals.clear(key);
                inventory.drain(target, keepPercent).forEach(this::touch);
            }
            case Reading.Unused() -> refusals.clear(key);
            case Reading.Refused(String reason) -> {
                if (refusals.add(key, reason)) {
                    LOG.atWarn()
                            .addKeyValue("key", key)
                            .addKeyValue("reason", reason)
                            .log("record refused");
                    events.add("REFUSED", key, reason);
                }
            }
        }
    }

    /** What is being drained, with what is left of its share in percent. */
    public Map<Drain.Target, Integer> drains() {
        return inventory.drains();
    }

    private boolean ownGone(ClusterName cluster, ServiceName name) {
        return cluster.equals(reader.own()) && inventory.removeLocal(name);
    }

    private void changed(ServiceName name, ClusterName cluster, boolean really) {
        if (!really) {
            return;
        }
        changedAt.put(name, clock.now());
        Set<ClusterName> clusters = touched.computeIfAbsent(name, any -> new HashSet<>());
        if (settledOnce) {
            clusters.add(cluster);
            hops.mark(HopTrace.Hop.AGENT_RECEIVED, name.toString(), cluster.value());
        }
    }

    private void note(ServiceName name, List<Finding> found) {
        List<Finding> before = findings.getOrDefault(name, List.of());
        for (Finding finding : found) {
            if (!before.contains(finding)) {
                LOG.atWarn()
                        .addKeyValue("service", name)
                        .addKeyValue("kind", finding.kind())
                        .addKeyValue("reason", finding.message())
                        .log("not served as asked");
                events.add(finding.kind().name(), name.toString(), finding.message());
            }
        }
        if (found.isEmpty()) {
            findings.remove(name);
        } else {
            findings.put(name, List.copyOf(found));
        }
        if (inventory.unknown(name)) {
            changedAt.remove(name);
        }
    }

    /** What is kept of the service that a frontend in the tables belongs to. */
    public Optional<ServiceName> owner(FrontendKey key) {
        return programmer.owner(key);
    }

    /** The frontends that were written for a service, in order. */
    public Set<FrontendKey> frontends(ServiceName name) {
        return programmer.frontends(name);
    }

    /** What the records of a service come to. */
    public DesiredService desired(ServiceName name) {
        return inventory.desired(name);
    }

    /** When the records of a service last changed. */
    public Optional<Instant> changedAt(ServiceName name) {
        return Optional.ofNullable(changedAt.get(name));
    }

    /** The name of the cluster with that id, if any record named it. */
    public Optional<ClusterName> clusterName(int id) {
        return Optional.ofNullable(clusterNames.get(id));
    }

    /** The tables, for reading back. */
    public ServiceTables tables() {
        return tables;
    }

    public Refusals refusals() {
        return refusals;
    }

    public EventLog events() {
        return events;
    }

    /** What cannot be served as asked right now, by service. */
    public Map<ServiceName, List<Finding>> findings() {
        return Map.copyOf(findings);
    }

    public Programmer.Usage usage() {
        return programmer.usage();
    }

    public Inventory.Counts counts() {
        return inventory.counts();
    }

    /** Whether the tables have been brought to what the mesh says at least once. */
    public boolean settledOnce() {
        return settledOnce;
    }

    /** Services applied since the start. */
    public long applies() {
        return applies;
    }
}
