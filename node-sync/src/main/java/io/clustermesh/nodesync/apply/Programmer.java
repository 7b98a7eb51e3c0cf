package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables;
import io.clustermesh.model.ServiceName;
import io.clustermesh.nodesync.apply.BackendRegistry.Backend;
import io.clustermesh.nodesync.desired.DesiredBackend;
import io.clustermesh.nodesync.desired.DesiredFrontend;
import io.clustermesh.nodesync.desired.DesiredService;
import io.clustermesh.nodesync.desired.DesiredSlot;
import io.clustermesh.nodesync.desired.Finding;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the service tables as wanted, one service at a time, with writes in proportion to what changed. Owned by the
 * agent's thread.
 *
 * <pre>
 *   relieve   policy words off empty slots, state bytes of lost backends       a few stores, at once
 *   apply     new backends → tables → service entry → policy word → leftovers  unhurried
 * </pre>
 *
 * <p>Each frontend has a service id of its own, since its port decides which backends it has. A full map leaves what
 * works in place and is reported; the service is to be applied again when something was freed.
 */
public final class Programmer {

    /** How long a freed number rests: a connect lasts microseconds, so this is ample. */
    public static final Duration REST = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Programmer.class);

    private final ServiceTables tables;
    private final NumberPool serviceIds;
    private final ArenaRegions regions;
    private final BackendRegistry registry;
    private final SlotWriter slotWriter;
    private final Map<FrontendKey, FrontendState> frontends = new TreeMap<>();
    private final Map<ServiceName, Set<FrontendKey>> byService = new HashMap<>();

    /**
     * Adopts what the tables hold.
     *
     * @param tables written by this programmer alone
     */
    public Programmer(ServiceTables tables, Clock clock) {
        this.tables = tables;
        this.serviceIds = new NumberPool(0, tables.capacity().services(), REST, clock);
        this.regions = new ArenaRegions(tables.capacity().tableEntries(), REST, clock);
        this.registry = new BackendRegistry(tables, REST, clock);
        this.slotWriter = new SlotWriter(tables, regions);
        frontends.putAll(new Recovery(tables, registry, serviceIds, regions).frontends());
    }

    /**
     * What is in use.
     *
     * @param frontends entries of the service map, each with its service id
     * @param backends entries of the backend array
     * @param tableEntries entries of the arena
     */
    public record Usage(int frontends, int backends, int tableEntries) {}

    /** What is in use, as this programmer counts it. */
    public Usage usage() {
        return new Usage(frontends.size(), registry.inUse(), regions.inUse());
    }

    /** The service that a frontend was written for; empty for a frontend that was found and not yet claimed. */
    public Optional<ServiceName> owner(FrontendKey key) {
        return Optional.ofNullable(frontends.get(key)).flatMap(FrontendState::owner);
    }

    /**
     * Takes traffic off what {@code service} has lost, with nothing but stores of a word or a byte: to be called for
     * every changed service before any is {@linkplain #apply applied}.
     */
    public void relieve(DesiredService service) {
        for (DesiredFrontend frontend : service.frontends()) {
            FrontendState state = frontends.get(frontend.key());
            if (state == null || state.holds(frontend) || heldByOther(state, service.name())) {
                continue;
            }
            try {
                relieve(state, frontend);
            } catch (RuntimeException e) {
                state.distrust();
                LOG.atWarn()
                        .addKeyValue("frontend", frontend.key())
                        .addKeyValue("cause", e.getMessage())
                        .log("could not take traffic off, the apply that follows tries again");
            }
        }
    }

    /** Writes the difference between {@code service} and the tables; what could not be done is in the answer. */
    public List<Finding> apply(DesiredService service) {
        List<Finding> findings = new ArrayList<>();
        Set<FrontendKey> wanted = new TreeSet<>();
        for (DesiredFrontend frontend : service.frontends()) {
            wanted.add(frontend.key());
            try {
                install(service.name(), frontend, findings);
            } catch (RuntimeException e) {
                Optional.ofNullable(frontends.get(frontend.key())).ifPresent(FrontendState::distrust);
                findings.add(failed(service.name(), frontend.key(), e));
            }
        }
        Set<FrontendKey> held = byService.getOrDefault(service.name(), Set.of());
        for (FrontendKey key : List.copyOf(held)) {
            if (!wanted.contains(key)) {
                try {
                    uninstall(key);
                } catch (RuntimeException e) {
                    findings.add(failed(service.name(), key, e));
                }
            }
        }
        registry.sweep();
        return findings;
    }

    /** The frontends that were written for a service, in order. */
    public Set<FrontendKey> frontends(ServiceName name) {
        return new TreeSet<>(byService.getOrDefault(name, Set.of()));
    }

    /** Whether everything of {@code service} was written as it is wanted now, and nothing else. */
    public boolean holds(DesiredService service) {
        Set<FrontendKey> wanted = new TreeSet<>();
        for (DesiredFrontend frontend : service.frontends()) {
            wanted.add(frontend.key());
            FrontendState state = frontends.get(frontend.key());
            if (state == null || !state.holds(frontend)) {
                return false;
            }
        }
        return wanted.equals(byService.getOrDefault(service.name(), Set.of()));
    }

    /** The tables of {@code frontend} are not what was written: the next apply writes all of it. Whose it is. */
    public Optional<ServiceName> distrust(FrontendKey frontend) {
        FrontendState state = frontends.get(frontend);
        if (state == null) {
            return Optional.empty();
        }
        state.distrust();
        return state.owner();
    }

    /** Removes what was found in the tables and belongs to no service; call it once the sources are complete. */
    public int prune() {
        List<FrontendKey> unclaimed = frontends.values().stream()
                .filter(state -> state.owner().isEmpty())
                .map(state -> state.key)
                .toList();
        unclaimed.forEach(this::uninstall);
        registry.sweep();
        return unclaimed.size();
    }

    private void relieve(FrontendState state, DesiredFrontend frontend) {
        SlotNumbers numbers = SlotNumbers.assign(frontend, state.slots);
        PolicyWord wanted = numbers.policy(number -> true);
        PolicyWord now = numbers.policy(number -> stillServes(state.slots[number], numbers, number));
        boolean nothingBetter = now.equals(PolicyWord.OFF) && !wanted.equals(PolicyWord.OFF);
        if (!nothingBetter && state.idIsOurs) {
            writePolicy(state, now);
        }
        Map<BackendRegistry.Key, BackendEntry.State> states = states(frontend);
        for (Map.Entry<Backend, BackendEntry.State> use : state.uses.entrySet()) {
            Backend backend = use.getKey();
            BackendEntry.State want = states.getOrDefault(backend.key(), BackendEntry.State.TERMINATING);
            if (want.compareTo(use.getValue()) > 0) {
                registry.change(backend, use.getValue(), want);
                use.setValue(want);
                registry.write(backend);
            }
        }
    }

    /** Whether the table that the slot has now holds any backend that is wanted there. */
    private static boolean stillServes(SlotState slot, SlotNumbers numbers, int number) {
        return numbers.at(number)
                .filter(wanted -> wanted.clusterId().value() == slot.clusterId())
                .map(wanted -> {
                    Set<BackendRegistry.Key> keys = wanted.usable().stream()
                            .map(it -> new BackendRegistry.Key(it.ip(), it.l4(), slot.clusterId()))
                            .collect(Collectors.toSet());
                    return slot.backends().stream().anyMatch(backend -> keys.contains(backend.key()));
                })
                .orElse(false);
    }

    private void install(ServiceName name, DesiredFrontend frontend, List<Finding> findings) {
        FrontendState state = frontends.get(frontend.key());
        if (state != null && heldByOther(state, name)) {
            findings.add(new Finding(
                    Finding.Kind.FRONTEND_TAKEN,
                    "service %s: frontend %s is served for service %s, which came first; give one of them another cluster IP"
                            .formatted(name, frontend.key(), state.owner().orElse(name))));
            return;
        }
        if (state != null && state.holds(frontend)) {
            return;
        }
        if (state != null) {
            claim(state, name);
        }
        Optional<FrontendState> ready = withId(state, frontend.key());
        if (ready.isEmpty()) {
            findings.add(
                    full(name, frontend.key(), "service map", tables.capacity().services()));
            return;
        }
        FrontendState target = ready.get();
        Optional<Map<Backend, BackendEntry.State>> uses = retain(frontend);
        if (uses.isEmpty()) {
            findings.add(full(
                    name, frontend.key(), "backend array", tables.capacity().backends()));
            if (state == null) {
                serviceIds.release(target.serviceId);
            }
            return;
        }
        frontends.put(frontend.key(), target);
        claim(target, name);
        if (write(target, frontend, uses.get())) {
            target.applied(frontend);
        } else {
            target.incomplete();
            findings.add(
                    full(name, frontend.key(), "table arena", tables.capacity().tableEntries()));
        }
    }

    /** Backends, tables, entry, policy word; false if the arena had too little room for the proper tables. */
    private boolean write(FrontendState state, DesiredFrontend frontend, Map<Backend, BackendEntry.State> uses) {
        Map<Backend, BackendEntry.State> before = state.uses;
        state.uses = uses;
        before.forEach(registry::release);
        uses.keySet().forEach(registry::write);
        before.keySet().forEach(registry::write);

        SlotNumbers numbers = SlotNumbers.assign(frontend, state.slots);
        boolean proper = true;
        for (int number = 0; number < state.slots.length; number++) {
            SlotState now = state.slots[number];
            int cluster =
                    numbers.at(number).map(slot -> slot.clusterId().value()).orElse(0);
            TablePlan plan =
                    numbers.at(number).map(slot -> plan(frontend, slot)).orElse(TablePlan.EMPTY);
            SlotWriter.Outcome outcome = slotWriter.write(now, cluster, plan);
            state.slots[number] = outcome.slot();
            proper &= outcome.missing() == 0;
            if (!outcome.slot().region().isAt(now.region())) {
                state.leftovers.add(now.region());
            }
        }
        PolicyWord word = numbers.policy(number -> !state.slots[number].empty());
        if (state.entry().isEmpty()) {
            // nobody reads the word before the entry is there, and an entry with an old word would refuse connects
            writePolicy(state, word);
        }
        ServiceEntry entry = state.slotsAsEntry(frontend.affinitySeconds());
        if (!state.entry().equals(Optional.of(entry))) {
            tables.putService(state.key, entry);
            state.wrote(entry);
        }
        writePolicy(state, word);
        state.leftovers.forEach(slotWriter::release);
        state.leftovers.clear();
        return proper;
    }

    private TablePlan plan(DesiredFrontend frontend, DesiredSlot slot) {
        List<Backend> backends = new ArrayList<>();
        List<Integer> weights = new ArrayList<>();
        for (DesiredBackend wanted : slot.usable()) {
            registry.find(new BackendRegistry.Key(
                            wanted.ip(), wanted.l4(), slot.clusterId().value()))
                    .ifPresent(backend -> {
                        backends.add(backend);
                        weights.add(wanted.weight());
                    });
        }
        return new TablePlan(
                frontend.balancing().algorithm().of(frontend.key().l4().protocol()), backends, weights);
    }

    private void uninstall(FrontendKey key) {
        FrontendState state = frontends.get(key);
        if (state == null) {
            return;
        }
        if (state.idIsOurs) {
            writePolicy(state, PolicyWord.OFF);
        }
        tables.removeService(key);
        frontends.remove(key);
        state.owner()
                .ifPresent(name -> byService.computeIfPresent(name, (any, keys) -> {
                    keys.remove(key);
                    return keys.isEmpty() ? null : keys;
                }));
        for (SlotState slot : state.slots) {
            slotWriter.release(slot.region());
        }
        state.leftovers.forEach(slotWriter::release);
        if (state.idIsOurs) {
            serviceIds.release(state.serviceId);
        }
        state.uses.forEach(registry::release);
    }

    /** The state with a service id of its own; a new one if there is none. Empty if all ids are in use. */
    private Optional<FrontendState> withId(@Nullable FrontendState state, FrontendKey key) {
        if (state != null && state.idIsOurs) {
            return Optional.of(state);
        }
        OptionalInt id = serviceIds.take();
        if (id.isEmpty()) {
            return Optional.empty();
        }
        if (state == null) {
            return Optional.of(new FrontendState(key, id.getAsInt(), true));
        }
        state.serviceId = id.getAsInt();
        state.idIsOurs = true;
        state.wrote(tables.policy(state.serviceId));
        return Optional.of(state);
    }

    /** Counts the frontend as a user of all its backends; empty, and nothing counted, if the array is full. */
    private Optional<Map<Backend, BackendEntry.State>> retain(DesiredFrontend frontend) {
        Map<Backend, BackendEntry.State> uses = new LinkedHashMap<>();
        for (Map.Entry<BackendRegistry.Key, BackendEntry.State> wanted :
                states(frontend).entrySet()) {
            Optional<Backend> backend = registry.retain(wanted.getKey(), wanted.getValue());
            if (backend.isEmpty()) {
                uses.forEach(registry::release);
                return Optional.empty();
            }
            uses.put(backend.get(), wanted.getValue());
        }
        return Optional.of(uses);
    }

    private static Map<BackendRegistry.Key, BackendEntry.State> states(DesiredFrontend frontend) {
        Map<BackendRegistry.Key, BackendEntry.State> states = new LinkedHashMap<>();
        frontend.slots()
                .forEach(slot -> slot.backends()
                        .forEach(it -> states.put(
                                new BackendRegistry.Key(
                                        it.ip(), it.l4(), slot.clusterId().value()),
                                it.state())));
        return states;
    }

    private void writePolicy(FrontendState state, PolicyWord word) {
        if (!state.policy().equals(Optional.of(word))) {
            tables.setPolicy(state.serviceId, word);
            state.wrote(word);
        }
    }

    private void claim(FrontendState state, ServiceName name) {
        state.owner(name);
        byService.computeIfAbsent(name, any -> new TreeSet<>()).add(state.key);
    }

    private static boolean heldByOther(FrontendState state, ServiceName name) {
        return state.owner().filter(owner -> !owner.equals(name)).isPresent();
    }

    private static Finding full(ServiceName name, FrontendKey key, String map, int capacity) {
        return new Finding(
                Finding.Kind.MAP_FULL,
                "service %s frontend %s: the %s has no room (capacity %d); what worked stays as it was, restart node-sync with a larger capacity"
                        .formatted(name, key, map, capacity));
    }

    private static Finding failed(ServiceName name, FrontendKey key, RuntimeException e) {
        return new Finding(
                Finding.Kind.WRITE_FAILED,
                "service %s frontend %s: the data plane refused a write (%s); it is tried again"
                        .formatted(name, key, e.getMessage()));
    }
}
