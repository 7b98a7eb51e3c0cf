package io.clustermesh.bench.dataplane;

import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Machine;
import io.clustermesh.bench.host.Workshop;
import io.clustermesh.bench.report.Report;
import io.clustermesh.bench.report.Row;
import io.clustermesh.cli.rig.linux.CommandException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The eBPF service tables against a direct connection, kube-proxy's rules, and the same writes in C. */
public final class DataplaneBench {

    private static final List<Line> LINES = List.of(
            new Connects(),
            new Traffic(),
            new MapWrites(),
            new Selector(),
            new Failover(),
            new AgentLine(),
            new EndToEnd());

    private DataplaneBench() {}

    /** Every line that there is. */
    public static List<String> allLines() {
        return LINES.stream().flatMap(it -> it.names().stream()).toList();
    }

    /**
     * Runs the bench and returns its report.
     *
     * @param lines those of {@link #allLines}
     * @param quick a tenth of everything: whether it works, not how fast it is
     * @param workshop processes and folders
     * @param premises what the kernel holds for the bench
     * @param checkout the project's folder, built
     * @param progress is told what happens
     */
    public static List<String> run(
            Set<String> lines,
            boolean quick,
            Workshop workshop,
            Premises premises,
            Path checkout,
            Consumer<String> progress)
            throws InterruptedException {
        Ground ground = new Ground(workshop, premises, checkout, quick, progress);
        List<String> report = new ArrayList<>(List.of(
                "the service data plane, on %s; load %s at the start".formatted(Machine.description(), Machine.load()),
                "every side in turns, %d rounds, medians%s"
                        .formatted(ground.rounds(), quick ? "; --quick: says that it works, not how fast it is" : ""),
                ""));
        List<Row> rows = new ArrayList<>();
        for (Line line : LINES) {
            Set<String> wanted = new LinkedHashSet<>(line.names());
            wanted.retainAll(lines);
            if (!wanted.isEmpty()) {
                rows.addAll(measured(line, ground, wanted));
            }
        }
        report.addAll(Report.text("baseline", rows));
        return report;
    }

    /** One that can't go on must not cost the others' figures. */
    private static List<Row> measured(Line line, Ground ground, Set<String> wanted) throws InterruptedException {
        try {
            return line.measure(ground, wanted);
        } catch (BenchFailed | CommandException e) {
            String message = String.valueOf(e.getMessage());
            ground.progress().accept(message);
            return List.of(Row.failed(
                    String.join(", ", wanted), message.lines().findFirst().orElse("")));
        } finally {
            ground.premises().close();
        }
    }
}
