package io.clustermesh.bench.dataplane;

import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.host.Answering;
import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Measured;
import io.clustermesh.bench.report.Figures;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How soon connects obey. A client connects on and on and writes down who answered; beside it the tables are flipped between
 * the local and the remote backend. What counts is the time from before the change until the first connect that begins then
 * and is answered by the new side; a single connect that began after a write had returned and went to the old side fails
 * the line.
 */
final class Failover implements Line {

    private static final String NAME = "failover";
    private static final int SERVICES = 10_000;
    private static final int FLIPS = 300;
    private static final Duration BETWEEN = Duration.ofMillis(3);
    private static final int LOCAL = 0;
    private static final int REMOTE = 1;
    private static final List<MeshRecords.Port> PORTS = List.of(new MeshRecords.Port("TCP", TestNet.WHO));

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Row> measure(Ground ground, Set<String> wanted) throws InterruptedException {
        int services = ground.scaled(SERVICES);
        ground.progress().accept("failover: %,d services".formatted(services));
        try (PlaneNode node = PlaneNode.open(ground, new Capacity(16_384, 65_536, 1 << 20));
                TestNet net = TestNet.open(ground, List.of("plain"))) {
            List<MeshRecords.Entry> records = new ArrayList<>();
            for (int n = 0; n < services; n++) {
                records.add(MeshRecords.own(n, PORTS, List.of(TestNet.PODS.get(LOCAL))));
                records.add(MeshRecords.peer(n, PORTS, List.of(TestNet.PODS.get(REMOTE))));
            }
            node.install(records);
            Trial trial = new Trial(ground, node, net.served("plain"), services);
            List<Row> rows = new ArrayList<>(trial.oneService());
            rows.add(trial.cluster());
            return rows;
        }
    }

    private record Trial(Ground ground, PlaneNode node, Answering client, int services) {

        List<Row> oneService() throws InterruptedException {
            String last = MeshRecords.vip(services - 1);
            FrontendKey key = new FrontendKey(IpAddress.parse(last), new L4(Protocol.TCP, TestNet.WHO));
            ServiceEntry entry = node.tables().service(key).orElseThrow();
            PolicyWord local = node.tables().policy(entry.serviceId());
            PolicyWord remote = local.with(slotOfWest(entry), 0, 0);
            List<Double> bare = new ArrayList<>();
            List<Double> ours = new ArrayList<>();
            List<Double> marked = new ArrayList<>();
            List<Double> stores = new ArrayList<>();
            List<Double> lasted = new ArrayList<>();
            MeshRecords.Entry with = MeshRecords.own(services - 1, PORTS, List.of(TestNet.PODS.get(LOCAL)));
            MeshRecords.Entry without = MeshRecords.own(services - 1, PORTS, List.of());
            double whole = warmUp(without, with);
            for (int round = 0; round < (ground.quick() ? 1 : 3); round++) {
                Path log = ground.workshop().folder("flips").resolve("bare");
                bare.addAll(followed(last, () -> {
                    Measured stored = ground.run(
                            Cores.SERVERS,
                            List.of(
                                    "tables",
                                    "flip",
                                    MapWrites.pin(ground, "policies"),
                                    String.valueOf(entry.serviceId()),
                                    "0x" + Long.toHexString(remote.bits()),
                                    "0x" + Long.toHexString(local.bits()),
                                    String.valueOf(flips()),
                                    String.valueOf(BETWEEN.toNanos() / 1000),
                                    log.toString()));
                    stores.add(stored.get("p50_us"));
                    return Flip.read(log, REMOTE, LOCAL);
                }));
                ServiceEntry now = node.tables().service(key).orElseThrow();
                int backend = node.tables()
                        .tableEntry(now.slots().get(slotOfWest(now)).tableBase());
                marked.addAll(followed(
                        last,
                        () -> flips(
                                () -> node.tables().setBackendState(backend, BackendEntry.State.QUARANTINED),
                                () -> node.tables().setBackendState(backend, BackendEntry.State.ACTIVE))));
                ours.addAll(followed(last, () -> {
                    List<Flip> flips = flips(() -> node.change(without), () -> node.change(with));
                    flips.forEach(it -> lasted.add((it.after() - it.before()) / 1000.0));
                    return flips;
                }));
            }
            double marking = median(marked) - median(bare);
            return List.of(
                    Row.of(
                                    NAME,
                                    "last local backend marked dead, %,d services".formatted(services),
                                    "bare store " + number(median(bare)) + " us",
                                    number(median(marked)) + " us",
                                    new Figure(marking, number(marking) + " us", new Goal.Below(50, "us")))
                            .note(
                                    "from before the change until the first connect to the remote side begins, %d changes each; the client's pace is in both figures. Bare: a C program stores a service's policy word (%s us). Ours: node-sync's tables store the backend's state byte, as its quarantine does. No connect that began after a write had returned went to the old side"
                                            .formatted(marked.size(), number(median(stores)))),
                    Row.of(
                                    NAME,
                                    "the same, by a changed record",
                                    "bare store " + number(median(bare)) + " us",
                                    number(median(ours)) + " us",
                                    Figure.ratio(median(ours) / median(bare), new Goal.Quoted()))
                            .note(
                                    "the service's record without local backends is handed to node-sync's keeper, on the two cores that client and servers keep busy; it had done all of it, tables included, after %s us (%s us if changes follow each other without a pause)"
                                            .formatted(number(median(lasted)), number(whole))));
        }

        /** The compilers' turn: what is measured is an agent that has run for a while. Microseconds for a change. */
        private double warmUp(MeshRecords.Entry without, MeshRecords.Entry with) {
            long begin = 0;
            int times = ground.quick() ? 200 : 10_000;
            for (int n = 0; n < times; n++) {
                begin = n == times / 2 ? ground.clock().monotonicNanos() : begin;
                node.change(n % 2 == 0 ? without : with);
            }
            return (ground.clock().monotonicNanos() - begin) / 1000.0 / (times - times / 2);
        }

        Row cluster() throws InterruptedException {
            String last = MeshRecords.vip(services - 1);
            Measured bit = ground.run(
                    List.of("tables", "bit", MapWrites.pin(ground, "down"), "1", String.valueOf(2 * flips())));
            List<Double> seen = followed(
                    last,
                    () -> flips(
                            () -> node.tables().setClusterDown(1, true),
                            () -> node.tables().setClusterDown(1, false)));
            everyService(LOCAL);
            node.tables().setClusterDown(1, true);
            everyService(REMOTE);
            node.tables().setClusterDown(1, false);
            double millis = median(seen) / 1000;
            return Row.of(
                            NAME,
                            "%,d services by one cluster's loss".formatted(services),
                            "bare store " + number(bit.get("p50_us")) + " us",
                            number(median(seen)) + " us",
                            new Figure(millis, number(millis) + " ms", new Goal.Below(1, "ms")))
                    .note(
                            "one store of the cluster-down bit, until the first connect to the remote side begins; then every one of the services is connected to once, and every one is answered by the remote side");
        }

        private void everyService(int side) {
            client.tell("who %d %s"
                    .formatted(
                            services,
                            IntStream.range(0, services)
                                    .mapToObj(n -> MeshRecords.vip(n) + ":" + TestNet.WHO)
                                    .collect(Collectors.joining(" "))));
            Measured who = client.next();
            if (!who.has("who_" + side) || who.get("who_" + side) != services) {
                throw new BenchFailed(
                        "not every one of %d services went to side %d: %s".formatted(services, side, who));
            }
        }

        private int flips() {
            return ground.quick() ? 40 : FLIPS;
        }

        private List<Flip> flips(Runnable away, Runnable back) throws InterruptedException {
            List<Flip> flips = new ArrayList<>();
            for (int n = 0; n < flips(); n++) {
                ground.clock().sleep(BETWEEN);
                long before = ground.clock().monotonicNanos();
                (n % 2 == 0 ? away : back).run();
                flips.add(new Flip(before, ground.clock().monotonicNanos(), n % 2 == 0 ? REMOTE : LOCAL));
            }
            return flips;
        }

        /** Microseconds until each flip to the remote side was obeyed. */
        private List<Double> followed(String vip, Flipping flipping) throws InterruptedException {
            Path log = ground.workshop().folder("connects").resolve("log");
            double seconds = 1.0 + 1.5 * flips() * BETWEEN.toNanos() / 1e9;
            client.tell("follow %s %s:%d %s".formatted(seconds, vip, TestNet.WHO, log));
            client.next();
            List<Flip> flips = flipping.flip();
            client.next();
            return Flip.obeyed(flips, Flip.connects(log), REMOTE);
        }
    }

    @FunctionalInterface
    private interface Flipping {
        List<Flip> flip() throws InterruptedException;
    }

    private static int slotOfWest(ServiceEntry entry) {
        return IntStream.range(0, entry.slots().size())
                .filter(n -> entry.slots().get(n).clusterId() == 1)
                .findFirst()
                .orElseThrow();
    }

    private static double median(List<Double> values) {
        return Figures.median(values, it -> it);
    }
}
