package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.model.Protocol;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The map of members follows the tables, whatever is written in whatever order. */
final class AffinityMembersKernelIT {

    private static final List<FrontendKey> FRONTENDS = IntStream.range(0, 6)
            .mapToObj(n -> ServiceTablesContract.frontend("10.96.0." + n, 80, Protocol.TCP))
            .toList();
    private static final int REGION = 16;

    private final KernelPlace place = KernelPlace.make();
    private KernelServiceTables tables = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY));

    @AfterEach
    void leaveNothing() {
        tables.close();
        place.close();
    }

    /** What the tables say, read from nothing but them. */
    private Map<Integer, Set<Integer>> expected() {
        Map<Integer, Set<Integer>> members = new HashMap<>();
        tables.services().values().stream().filter(ServiceEntry::hasAffinity).forEach(entry -> {
            for (Slot slot : entry.slots()) {
                for (int index : tables.readTable(slot.tableBase(), slot.tableSize())) {
                    if (index > 0) {
                        members.computeIfAbsent(entry.serviceId(), any -> new HashSet<>())
                                .add(index);
                    }
                }
            }
        });
        return members;
    }

    private void changeSomething(SplittableRandom random) {
        FrontendKey frontend = FRONTENDS.get(random.nextInt(FRONTENDS.size()));
        switch (random.nextInt(6)) {
            case 0 -> tables.removeService(frontend);
            case 1 -> {
                Map<FrontendKey, ServiceEntry> two = new HashMap<>(Map.of(frontend, entry(random)));
                two.put(FRONTENDS.getFirst(), entry(random));
                tables.putServices(two);
            }
            case 2, 3 -> tables.putService(frontend, entry(random));
            default ->
                tables.writeTable(
                        random.nextInt(8) * REGION + random.nextInt(4),
                        random.ints(1 + random.nextInt(REGION), 0, 20).toArray());
        }
    }

    /** Frontends may share a service id and a table. */
    private static ServiceEntry entry(SplittableRandom random) {
        List<Slot> slots = IntStream.range(0, random.nextInt(4))
                .mapToObj(n -> new Slot(n, random.nextInt(8) * REGION, random.nextInt(REGION)))
                .toList();
        return new ServiceEntry(random.nextInt(4), slots, random.nextInt(3) == 0 ? 0 : 60);
    }

    @Test
    void shouldFollowTheTables() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        for (int step = 0; step < 300; step++) {
            changeSomething(random);
            assertThat(tables.members()).as("seed %d, step %d", seed, step).isEqualTo(expected());
        }
    }

    @Test
    void shouldBringTheMapInLineAfterARestart() {
        SplittableRandom random = new SplittableRandom(7);
        for (int step = 0; step < 50; step++) {
            changeSomething(random);
        }
        tables.close();
        tables = KernelServiceTables.open(place.config(ServiceTablesContract.CAPACITY));
        assertThat(tables.members()).isNotEmpty().isEqualTo(expected());

        for (int step = 0; step < 50; step++) {
            changeSomething(random);
        }
        assertThat(tables.members()).isEqualTo(expected());
    }

    @Test
    void shouldKeepNothingOfServicesWithoutAffinity() {
        tables.writeTable(0, new int[] {1, 2, 3});
        tables.putService(FRONTENDS.getFirst(), new ServiceEntry(1, List.of(new Slot(1, 0, 3)), 60));
        assertThat(tables.members()).isEqualTo(Map.of(1, Set.of(1, 2, 3)));

        tables.putService(FRONTENDS.getFirst(), new ServiceEntry(1, List.of(new Slot(1, 0, 3))));
        assertThat(tables.members()).isEmpty();
    }
}
