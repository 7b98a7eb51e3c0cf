package io.clustermesh.bench.dataplane;

import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** UDP, and what flows once a connection stands. */
final class Traffic implements Line {

    private static final String UDP = "udp";
    private static final String STREAMS = "traffic";
    private static final int SERVICES = 1000;
    private static final int BLOCK = 5000;
    private static final double BULK_SECONDS = 0.3;

    @Override
    public List<String> names() {
        return List.of(UDP, STREAMS);
    }

    @Override
    public List<Row> measure(Ground ground, Set<String> wanted) {
        ground.progress().accept("udp, traffic: %,d services".formatted(SERVICES));
        try (PlaneNode node = PlaneNode.open(ground, new Capacity(8192, 65_536, 1 << 22));
                TestNet net = TestNet.open(ground, List.of("plain"))) {
            node.install(services());
            List<Row> rows = new ArrayList<>();
            if (wanted.contains(UDP)) {
                rows.add(udp(ground, net, "socket, connect, send", "udp", 1.35));
                rows.add(udp(ground, net, "unconnected sendto", "sendto", 1.35));
            }
            if (wanted.contains(STREAMS)) {
                rows.add(roundTrips(ground, net, "tcp"));
                rows.add(roundTrips(ground, net, "udp"));
                rows.add(bulk(ground, net));
            }
            return rows;
        }
    }

    private static Sides sides(Ground ground, TestNet net, String command, int port) {
        return new Sides()
                .with("direct", net.outside("plain"), command + " " + TestNet.PODS.getFirst() + ":" + port)
                .with("ours", net.served("plain"), command + " " + MeshRecords.vip(SERVICES - 1) + ":" + port)
                .run(ground.rounds());
    }

    private static Row udp(Ground ground, TestNet net, String work, String command, double goal) {
        Sides sides = sides(ground, net, command + " " + BLOCK, TestNet.CLOSE);
        return Row.of(
                        UDP,
                        "%s, %,d services".formatted(work, SERVICES),
                        "direct " + number(sides.median("direct", "p50_us")) + " us",
                        number(sides.median("ours", "p50_us")) + " us",
                        Figure.ratio(sides.ratio("ours", "direct", "p50_us"), new Goal.AtMost(goal)))
                .note("p50 of single calls in blocks of %,d; making the socket is not timed".formatted(BLOCK));
    }

    private static Row roundTrips(Ground ground, TestNet net, String protocol) {
        Sides sides = sides(ground, net, "rr %d %s".formatted(BLOCK / 2, protocol), TestNet.ECHO);
        return Row.of(
                        STREAMS,
                        "64 bytes there and back, connected %s".formatted(protocol.toUpperCase(java.util.Locale.ROOT)),
                        "direct " + number(sides.median("direct", "p50_us")) + " us",
                        number(sides.median("ours", "p50_us")) + " us",
                        Figure.ratio(hundredths(sides.ratio("ours", "direct", "p50_us")), new Goal.AtMost(1)))
                .note("ratios of this line are rounded to hundredths");
    }

    private static Row bulk(Ground ground, TestNet net) {
        Sides sides = sides(ground, net, "bulk " + BULK_SECONDS, TestNet.SINK);
        return Row.of(
                        STREAMS,
                        "one TCP stream, time for a byte",
                        "direct " + number(sides.median("direct", "mib_s")) + " MiB/s",
                        number(sides.median("ours", "mib_s")) + " MiB/s",
                        Figure.ratio(hundredths(sides.ratio("direct", "ours", "mib_s")), new Goal.AtMost(1)))
                .note("ratios of this line are rounded to hundredths");
    }

    private static double hundredths(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static List<MeshRecords.Entry> services() {
        List<MeshRecords.Entry> records = new ArrayList<>();
        for (int n = 0; n < SERVICES - 1; n++) {
            records.add(MeshRecords.own(
                    n, List.of(new MeshRecords.Port("TCP", TestNet.CLOSE)), List.of(MeshRecords.pod(n))));
        }
        records.add(MeshRecords.own(
                SERVICES - 1,
                List.of(
                        new MeshRecords.Port("TCP", TestNet.ECHO),
                        new MeshRecords.Port("TCP", TestNet.SINK),
                        new MeshRecords.Port("UDP", TestNet.CLOSE),
                        new MeshRecords.Port("UDP", TestNet.ECHO)),
                List.of(TestNet.PODS.getFirst())));
        return records;
    }
}
