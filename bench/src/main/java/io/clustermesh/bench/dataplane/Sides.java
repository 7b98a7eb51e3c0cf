package io.clustermesh.bench.dataplane;

import io.clustermesh.bench.host.Answering;
import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Measured;
import io.clustermesh.bench.report.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Clients that do the same work against different targets, block by block in turns. A ratio is that of two blocks of one
 * round; the median of the rounds counts.
 */
final class Sides {

    private record Side(Answering client, String command) {}

    private final Map<String, Side> sides = new LinkedHashMap<>();
    private final Map<String, List<Measured>> seen = new LinkedHashMap<>();

    /** Adds a side. {@code command} is what its client is told each time. */
    Sides with(String name, Answering client, String command) {
        sides.put(name, new Side(client, command));
        seen.put(name, new ArrayList<>());
        return this;
    }

    /** Does {@code rounds} rounds, after one that does not count. Which side begins changes from round to round. */
    Sides run(int rounds) {
        List<String> order = new ArrayList<>(sides.keySet());
        for (int round = -1; round < rounds; round++) {
            for (String name : order) {
                Measured measured = block(name);
                if (round >= 0) {
                    samples(name).add(measured);
                }
            }
            order.add(order.removeFirst());
        }
        return this;
    }

    private Measured block(String name) {
        Side side = sides.get(name);
        if (side == null) {
            throw new IllegalArgumentException("no side \"%s\"".formatted(name));
        }
        side.client().tell(side.command());
        Measured measured = side.client().next();
        if (measured.has("failed") && measured.get("failed") > 0) {
            throw new BenchFailed(
                    "%s: %.0f failed of a block \"%s\"".formatted(name, measured.get("failed"), side.command()));
        }
        return measured;
    }

    private List<Measured> samples(String name) {
        return seen.getOrDefault(name, List.of());
    }

    /** The median over all rounds of {@code value}. */
    double median(String name, String value) {
        return Figures.median(samples(name).stream().map(it -> it.get(value)).toList(), it -> it);
    }

    /** The median over all rounds of one side's {@code value} in relation to another's in the same round. */
    double ratio(String of, String to, String value) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < samples(of).size(); round++) {
            ratios.add(
                    samples(of).get(round).get(value) / samples(to).get(round).get(value));
        }
        return Figures.median(ratios, it -> it);
    }
}
