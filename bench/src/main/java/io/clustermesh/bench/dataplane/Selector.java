package io.clustermesh.bench.dataplane;

import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.host.Answering;
import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.report.Figures;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.nodesync.select.Maglev;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A weighted Maglev table of the largest size, by Java and by the same algorithm in C. Both must make the same table. */
final class Selector implements Line {

    private static final String NAME = "selector";
    private static final int SIZE = 65_521;
    private static final int BLOCK = 60;

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Row> measure(Ground ground, Set<String> wanted) {
        List<Row> rows = new ArrayList<>();
        for (int backends : List.of(10, 100, 1000)) {
            ground.progress().accept("selector: %d backends".formatted(backends));
            List<Maglev.Candidate> candidates = candidates(backends);
            List<Double> ratios = new ArrayList<>();
            List<Double> java = new ArrayList<>();
            List<Double> inC = new ArrayList<>();
            p50(ground, candidates, 5 * BLOCK); // until it is compiled
            for (int round = 0; round < (ground.quick() ? 1 : 7); round++) {
                double c = inC(ground, candidates);
                double ours = p50(ground, candidates, BLOCK);
                inC.add(c);
                java.add(ours);
                ratios.add(ours / c);
            }
            rows.add(Row.of(
                            NAME,
                            "table of %,d, %,d backends, weighted".formatted(SIZE, backends),
                            "C " + number(Figures.median(inC, it -> it)) + " us",
                            number(Figures.median(java, it -> it)) + " us",
                            Figure.ratio(Figures.median(ratios, it -> it), new Goal.AtMost(1.5)))
                    .note("p50; weights 1 to 100; the tables of both are equal"));
        }
        return rows;
    }

    private static double inC(Ground ground, List<Maglev.Candidate> candidates) {
        try (Answering running = ground.start(
                Cores.GENERATOR,
                List.of("maglev", String.valueOf(candidates.size()), String.valueOf(SIZE), String.valueOf(BLOCK)))) {
            double sum = running.next().get("sum");
            if (sum != sum(Maglev.table(candidates, SIZE))) {
                throw new BenchFailed(
                        "C and Java make different tables of %d backends; Maglev.java has changed, so plane/maglev.c must"
                                .formatted(candidates.size()));
            }
            return running.next().get("p50_us");
        }
    }

    private static double sum(int[] table) {
        long sum = 0;
        for (int entry : table) {
            sum = sum * 31 + entry & 0xffff_ffff_ffffL;
        }
        return sum;
    }

    private static double p50(Ground ground, List<Maglev.Candidate> candidates, int times) {
        List<Long> nanos = new ArrayList<>();
        for (int n = 0; n < times; n++) {
            long begin = ground.clock().monotonicNanos();
            int[] table = Maglev.table(candidates, SIZE);
            nanos.add(ground.clock().monotonicNanos() - begin);
            if (table.length != SIZE) {
                throw new BenchFailed("a table of %d entries instead of %d".formatted(table.length, SIZE));
            }
        }
        return Figures.median(nanos, it -> it) / 1000.0;
    }

    private static List<Maglev.Candidate> candidates(int count) {
        List<Maglev.Candidate> candidates = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            candidates.add(new Maglev.Candidate(
                    new IpAddress(IpAddress.Family.IPV4, 0, 0x0a00_0001L + n),
                    new L4(Protocol.TCP, 8080),
                    n + 1,
                    n * 37 % 100 + 1));
        }
        return candidates;
    }
}
