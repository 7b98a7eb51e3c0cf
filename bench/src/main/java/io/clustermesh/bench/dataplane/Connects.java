package io.clustermesh.bench.dataplane;

import static io.clustermesh.bench.report.Figures.number;
import static io.clustermesh.bench.report.Figures.ratio;

import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** TCP: connect and close through a cluster IP, direct, and through kube-proxy's rules; and what is no service at all. */
final class Connects implements Line {

    private static final String TCP = "tcp";
    private static final String NOT_OURS = "not-ours";
    private static final List<Integer> SIZES = List.of(1, 100, 1000, 5000);
    private static final List<Integer> QUICK_SIZES = List.of(1, 1000);
    private static final int BLOCK = 500;
    private static final List<String> RIVALS = List.of("iptables-legacy", "iptables-nft", "nft-map");

    @Override
    public List<String> names() {
        return List.of(TCP, NOT_OURS);
    }

    @Override
    public List<Row> measure(Ground ground, Set<String> wanted) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        List<Integer> sizes = ground.quick() ? QUICK_SIZES : SIZES;
        for (int size : wanted.contains(TCP) ? sizes : List.of(1000)) {
            ground.progress().accept("tcp: %,d services".formatted(size));
            rows.addAll(measure(ground, wanted, size));
        }
        return rows;
    }

    private static List<Row> measure(Ground ground, Set<String> wanted, int size) {
        try (PlaneNode node = PlaneNode.open(ground, new Capacity(8192, 65_536, 1 << 22));
                TestNet net = TestNet.open(ground, kinds())) {
            node.install(services(size));
            List<ProxyRules.Service> proxied = proxied(size);
            String iptables = ProxyRules.iptables(proxied);
            net.inside("iptables-legacy", List.of("iptables-legacy-restore"), iptables);
            net.inside("iptables-nft", List.of("iptables-nft-restore"), iptables);
            net.inside("nft-map", List.of("nft", "-f", "-"), ProxyRules.nftables(proxied));

            String pods = String.join(
                    " ",
                    TestNet.PODS.stream().map(it -> it + ":" + TestNet.CLOSE).toList());
            String direct = "tcp %d %s".formatted(BLOCK, pods);
            String service = "tcp %d %s:%d".formatted(BLOCK, MeshRecords.vip(size - 1), TestNet.CLOSE);
            Sides sides = new Sides()
                    .with("direct", net.outside("plain"), direct)
                    .with("ours", net.served("plain"), service)
                    .with("attached", net.served("plain"), direct);
            if (wanted.contains(TCP)) {
                RIVALS.forEach(it -> sides.with(it, net.outside(it), service));
            }
            sides.run(4 * ground.rounds());
            return rows(wanted, size, sides);
        }
    }

    private static List<String> kinds() {
        List<String> kinds = new ArrayList<>(List.of("plain"));
        kinds.addAll(RIVALS);
        return kinds;
    }

    private static List<Row> rows(Set<String> wanted, int size, Sides sides) {
        List<Row> rows = new ArrayList<>();
        String direct = number(sides.median("direct", "p50_us")) + " us";
        String ours = number(sides.median("ours", "p50_us")) + " us";
        if (wanted.contains(TCP)) {
            rows.add(Row.of(
                            TCP,
                            "connect + close, %,d services".formatted(size),
                            "direct " + direct,
                            ours,
                            Figure.ratio(sides.ratio("ours", "direct", "p50_us"), new Goal.AtMost(1.04)))
                    .note(
                            "p50; blocks of %,d connects in turns, ratio of two blocks of one round, median of the rounds; the client on core 1, three servers on core 0; the service measured was installed last"
                                    .formatted(BLOCK))
                    .note("p99 with %,d services: direct %s us, ours %s us"
                            .formatted(
                                    size,
                                    number(sides.median("direct", "p99_us")),
                                    number(sides.median("ours", "p99_us")))));
            for (String rival : RIVALS) {
                rows.add(Row.of(
                        TCP,
                        "the same, %s".formatted(rival),
                        "%s us (%s direct)"
                                .formatted(
                                        number(sides.median(rival, "p50_us")),
                                        ratio(sides.ratio(rival, "direct", "p50_us"))),
                        ours,
                        Figure.ratio(sides.ratio("ours", rival, "p50_us"), new Goal.Quoted())));
            }
        }
        if (wanted.contains(NOT_OURS) && size == 1000) {
            rows.add(Row.of(
                            NOT_OURS,
                            "connect + close, no service, 1,000 installed",
                            "no program " + direct,
                            number(sides.median("attached", "p50_us")) + " us",
                            Figure.ratio(sides.ratio("attached", "direct", "p50_us"), new Goal.AtMost(1.02)))
                    .note("a client in the cgroup connects to the pods' own addresses"));
        }
        return rows;
    }

    private static List<MeshRecords.Entry> services(int size) {
        List<MeshRecords.Entry> records = new ArrayList<>();
        List<MeshRecords.Port> ports = List.of(new MeshRecords.Port("TCP", TestNet.CLOSE));
        for (int n = 0; n < size - 1; n++) {
            records.add(MeshRecords.own(n, ports, others(n)));
        }
        records.add(MeshRecords.own(size - 1, ports, TestNet.PODS));
        return records;
    }

    private static List<ProxyRules.Service> proxied(int size) {
        List<ProxyRules.Service> services = new ArrayList<>();
        for (int n = 0; n < size; n++) {
            services.add(new ProxyRules.Service(
                    MeshRecords.vip(n), TestNet.CLOSE, n == size - 1 ? TestNet.PODS : others(n)));
        }
        return services;
    }

    private static List<String> others(int service) {
        return List.of(
                MeshRecords.pod(3 * service), MeshRecords.pod(3 * service + 1), MeshRecords.pod(3 * service + 2));
    }
}
