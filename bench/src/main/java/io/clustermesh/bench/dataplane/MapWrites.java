package io.clustermesh.bench.dataplane;

import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.report.Figures;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.KernelServiceTables;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A million backends and a hundred thousand frontends into the kernel, by Java and by C; one changed among them. */
final class MapWrites implements Line {

    private static final String NAME = "map-writes";
    private static final int BACKENDS = 1_000_000;
    private static final int FRONTENDS = 100_000;
    private static final int CHANGES = 100_000;

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Row> measure(Ground ground, Set<String> wanted) {
        ground.progress().accept("map writes");
        int backends = ground.scaled(BACKENDS);
        int frontends = ground.scaled(FRONTENDS);
        Map<FrontendKey, ServiceEntry> services = services(frontends);
        Seen seen = new Seen();
        int rounds = ground.quick() ? 3 : 7;
        for (int round = -1; round < rounds; round++) {
            Capacity capacity = new Capacity(frontends, backends + 1, 1024);
            try (KernelServiceTables tables = PlaneNode.tables(ground, capacity)) {
                Seen one = round < 0 ? new Seen() : seen; // the first round warms both sides
                one.batchC.add(inC(ground, "batch", "backends", backends));
                one.storesC.add(inC(ground, "backends", "backends", backends));
                one.stores.add(perEntry(ground, backends, () -> install(tables, backends)));
                one.changeAmongAll.add(change(ground, tables, backends));
                one.services.add(perEntry(ground, frontends, () -> tables.putServices(services)));
            }
            try (KernelServiceTables tables = PlaneNode.tables(ground, capacity)) {
                Seen one = round < 0 ? new Seen() : seen;
                one.servicesC.add(inC(ground, "services", "services", frontends));
                install(tables, 1000);
                one.changeAmongFew.add(change(ground, tables, 1000));
            }
        }
        return rows(backends, frontends, seen);
    }

    /** Nanoseconds for an entry, a value for each round. */
    private record Seen(
            List<Double> batchC,
            List<Double> storesC,
            List<Double> stores,
            List<Double> servicesC,
            List<Double> services,
            List<Double> changeAmongAll,
            List<Double> changeAmongFew) {
        Seen() {
            this(
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>(),
                    new ArrayList<>());
        }
    }

    private static List<Row> rows(int backends, int frontends, Seen seen) {
        double stores = median(seen.stores);
        double few = median(seen.changeAmongFew);
        double all = median(seen.changeAmongAll);
        String installed = "%,d backends installed".formatted(backends);
        return List.of(
                Row.of(
                                NAME,
                                installed,
                                "C, libbpf in batches " + nanos(median(seen.batchC)),
                                nanos(stores),
                                Figure.ratio(stores / median(seen.batchC), new Goal.AtMost(1.1)))
                        .note(
                                "time for an entry; batches of 256 with bpf_map_update_batch into the same map; ours stores into the map's memory, which the kernel shares"),
                Row.of(
                                NAME,
                                installed + ", the same stores in C",
                                "C, stores " + nanos(median(seen.storesC)),
                                nanos(stores),
                                Figure.ratio(stores / median(seen.storesC), new Goal.Quoted()))
                        .note("in ours each entry begins as a Java record with a parsed address"),
                Row.of(
                                NAME,
                                "%,d frontends installed, batches of 256".formatted(frontends),
                                "C, libbpf in batches " + nanos(median(seen.servicesC)),
                                nanos(median(seen.services)),
                                Figure.ratio(median(seen.services) / median(seen.servicesC), new Goal.AtMost(1.1)))
                        .note(
                                "new entries of a hash map without preallocation, key 20 B, value of tables.h; each side in a map of its own"),
                Row.of(
                        NAME,
                        "one backend changed among %,d".formatted(backends),
                        "among 1,000 " + nanos(few),
                        nanos(all),
                        Figure.ratio(all / few, new Goal.AtMost(1.1))));
    }

    private static double median(List<Double> values) {
        return Figures.median(values, it -> it);
    }

    private static String nanos(double value) {
        return number(value) + " ns";
    }

    private static double inC(Ground ground, String mode, String map, int entries) {
        return ground.run(List.of("tables", mode, pin(ground, map), String.valueOf(entries)))
                .get("entry_ns");
    }

    /** Where {@code map} is pinned, in whatever version of the layout this is. */
    static String pin(Ground ground, String map) {
        return KernelServiceTables.pinOf(ground.premises().pins(), map).toString();
    }

    private static double perEntry(Ground ground, int entries, Runnable work) {
        long begin = ground.clock().monotonicNanos();
        work.run();
        return (double) (ground.clock().monotonicNanos() - begin) / entries;
    }

    private static void install(KernelServiceTables tables, int backends) {
        L4 l4 = new L4(Protocol.TCP, 8080);
        for (int n = 1; n <= backends; n++) {
            tables.putBackend(n, backend(n, l4));
        }
    }

    private static BackendEntry backend(int number, L4 l4) {
        // another network than C's, so that both write every word
        return new BackendEntry(
                new IpAddress(IpAddress.Family.IPV4, 0, 0x0b00_0000L + number), l4, 1, BackendEntry.State.ACTIVE);
    }

    /** One entry in the middle, its state there and back. */
    private static double change(Ground ground, KernelServiceTables tables, int installed) {
        int index = installed / 2;
        return perEntry(ground, CHANGES, () -> {
            for (int n = 0; n < CHANGES / 2; n++) {
                tables.setBackendState(index, BackendEntry.State.TERMINATING);
                tables.setBackendState(index, BackendEntry.State.ACTIVE);
            }
        });
    }

    private static Map<FrontendKey, ServiceEntry> services(int count) {
        Map<FrontendKey, ServiceEntry> services = new LinkedHashMap<>();
        for (int n = 0; n < count; n++) {
            services.put(
                    new FrontendKey(
                            new IpAddress(IpAddress.Family.IPV4, 0, 0x0a60_0000L + n), new L4(Protocol.TCP, 80)),
                    new ServiceEntry(n, List.of(new ServiceEntry.Slot(1, 0, 251), new ServiceEntry.Slot(2, 0, 251))));
        }
        return services;
    }
}
