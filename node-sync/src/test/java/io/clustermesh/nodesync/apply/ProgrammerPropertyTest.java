package io.clustermesh.nodesync.apply;

import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.WEST_ID;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.ending;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.BackendPicker;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.MemoryServiceTables;
import io.clustermesh.bpf.maps.Pick;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.nodesync.ManualClock;
import io.clustermesh.nodesync.desired.DesiredFrontend;
import io.clustermesh.nodesync.desired.DesiredService;
import io.clustermesh.nodesync.desired.Inventory;
import io.clustermesh.nodesync.desired.ServiceMerge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories: whatever order changes come in, restarts among them, the tables end as a fresh start would make
 * them, and at no moment in between does a connect meet another service's backend or a refusal without need.
 */
class ProgrammerPropertyTest {

    private static final Capacity CAPACITY = new Capacity(64, 512, 60_000);
    private static final int SERVICES = 5;

    private final ManualClock clock = new ManualClock();
    private final ObservedTables tables = new ObservedTables(new MemoryServiceTables(CAPACITY));
    private final Inventory inventory = new Inventory(new ServiceMerge(WEST, WEST_ID));
    private final Map<FrontendKey, Set<String>> allowed = new HashMap<>();
    private final Map<FrontendKey, Boolean> mayRefuse = new HashMap<>();

    @Test
    void shouldEndAsAFreshStartWouldWithAnySeed() {
        history(System.nanoTime());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldEndAsAFreshStartWould(long seed) {
        history(seed);
    }

    private void history(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Programmer programmer = new Programmer(tables, clock);
        BackendPicker picker = new BackendPicker(tables, random::nextLong);
        for (int step = 0; step < 150; step++) {
            ServiceName name = name(random.nextInt(SERVICES));
            DesiredService before = inventory.desired(name);
            change(random, name);
            DesiredService after = inventory.desired(name);
            expect(before, after);
            int at = step;
            tables.afterEach = write -> allowed.forEach((key, ips) -> probe(picker, key, ips, seed, at, write));
            programmer.relieve(after);
            assertThat(programmer.apply(after))
                    .as("seed %d step %d", seed, step)
                    .isEmpty();
            tables.afterEach = write -> {};
            allowed.clear();
            clock.advance(Duration.ofMillis(random.nextInt(1500)));
            if (random.nextInt(25) == 0) {
                programmer = new Programmer(tables, clock);
                for (ServiceName any : inventory.names()) {
                    programmer.relieve(inventory.desired(any));
                    programmer.apply(inventory.desired(any));
                }
                programmer.prune();
            }
        }

        MemoryServiceTables fresh = new MemoryServiceTables(CAPACITY);
        Programmer freshProgrammer = new Programmer(fresh, clock);
        inventory.names().forEach(name -> freshProgrammer.apply(inventory.desired(name)));
        assertThat(TableView.of(tables)).as("seed %d", seed).isEqualTo(TableView.of(fresh));
        assertThat(TableView.backends(tables)).as("seed %d", seed).isEqualTo(TableView.backends(fresh));
        assertThat(programmer.usage()).as("seed %d", seed).isEqualTo(freshProgrammer.usage());
    }

    /** During a change a connect may meet what was or what will be; a refusal only if one of both has nothing. */
    private void expect(DesiredService before, DesiredService after) {
        for (DesiredService service : new DesiredService[] {before, after}) {
            for (DesiredFrontend frontend : service.frontends()) {
                Set<String> ips = allowed.computeIfAbsent(frontend.key(), key -> new HashSet<>());
                frontend.slots()
                        .forEach(slot -> slot.backends().forEach(it -> ips.add(it.ip() + "@" + slot.clusterId())));
            }
        }
        allowed.keySet().forEach(key -> mayRefuse.put(key, !serves(before, key) || !serves(after, key)));
    }

    private static boolean serves(DesiredService service, FrontendKey key) {
        return service.frontends().stream()
                .anyMatch(it -> it.key().equals(key)
                        && it.slots().stream().anyMatch(slot -> !slot.backends().isEmpty()));
    }

    private void probe(BackendPicker picker, FrontendKey key, Set<String> ips, long seed, int step, String write) {
        switch (picker.pick(key)) {
            case Pick.Chosen(int index, BackendEntry backend) ->
                assertThat(ips)
                        .as("seed %d step %d after %s: %s", seed, step, write, key)
                        .contains(backend.ip() + "@" + backend.clusterId());
            case Pick.NoBackend none ->
                assertThat(mayRefuse.get(key))
                        .as("seed %d step %d after %s: %s refused", seed, step, write, key)
                        .isTrue();
            case Pick.NotOurs other ->
                assertThat(mayRefuse.get(key))
                        .as("seed %d step %d: %s missing", seed, step, key)
                        .isTrue();
        }
    }

    private void change(SplittableRandom random, ServiceName name) {
        int cluster = 2 + random.nextInt(9);
        switch (random.nextInt(6)) {
            case 0 -> inventory.removeLocal(name);
            case 1, 2 -> inventory.putLocal(local(random, name));
            case 3 -> inventory.removeRemote(new ClusterName("c" + cluster), name);
            default -> inventory.putRemote(peer("c" + cluster, cluster, name, ips(random, cluster)));
        }
    }

    private static MeshService local(SplittableRandom random, ServiceName name) {
        String[] ips = ips(random, 1);
        MeshService.Backend[] backends = new MeshService.Backend[ips.length];
        for (int i = 0; i < ips.length; i++) {
            backends[i] = random.nextInt(3) == 0 ? ending(ips[i]) : active(ips[i]);
        }
        Affinity affinity = List.of(Affinity.values()).get(random.nextInt(3));
        MeshService plain = west(name, affinity, "10.101.0." + (1 + name.name().charAt(0) - 'a'), backends);
        if (random.nextInt(3) == 0) {
            return plain;
        }
        List<MeshService.Backend> weighted = plain.backends().stream()
                .map(it ->
                        new MeshService.Backend(it.ip(), it.ports(), it.state(), it.place(), 1 + random.nextInt(200)))
                .toList();
        return new MeshService(
                plain.cluster(),
                name,
                plain.addresses(),
                plain.ports(),
                new MeshService.Policy(affinity, true, balancing(random), MeshService.Traffic.DEFAULT),
                weighted,
                new MeshService.Unready(random.nextInt(4), 0));
    }

    private static Balancing balancing(SplittableRandom random) {
        Map<ClusterName, Integer> weights = new HashMap<>();
        Map<ClusterName, Balancing.Cap> caps = new HashMap<>();
        List<ClusterName> order = new ArrayList<>();
        for (int cluster = 1; cluster < 11; cluster++) {
            ClusterName name = cluster == 1 ? WEST : new ClusterName("c" + cluster);
            switch (random.nextInt(5)) {
                case 0 -> weights.put(name, 1 + random.nextInt(900));
                case 1 -> order.add(name);
                case 2 -> caps.put(name, new Balancing.Cap.Share(1 + random.nextInt(100)));
                case 3 -> caps.put(name, new Balancing.Cap.Backends(1 + random.nextInt(3)));
                default -> {}
            }
        }
        return new Balancing(
                random.nextBoolean() ? weights : Map.of(),
                random.nextBoolean() ? order : List.of(),
                random.nextInt(101),
                caps,
                random.nextBoolean() ? Balancing.Algorithm.RANDOM : Balancing.Algorithm.MAGLEV);
    }

    private static String[] ips(SplittableRandom random, int cluster) {
        return random.ints(random.nextInt(5), 1, 9)
                .distinct()
                .mapToObj(host -> "10.%d.1.%d".formatted(cluster, host))
                .toArray(String[]::new);
    }

    private static ServiceName name(int number) {
        return new ServiceName("shop", Character.toString('a' + number));
    }
}
