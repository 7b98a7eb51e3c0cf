package io.clustermesh.bench.apiserver;

import io.clustermesh.bench.apiserver.Stage.Effort;
import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.LoadGenerator;
import io.clustermesh.bench.host.Machine;
import io.clustermesh.bench.host.Workshop;
import io.clustermesh.bench.report.Report;
import io.clustermesh.bench.report.Row;
import io.clustermesh.cli.rig.linux.CommandException;
import io.clustermesh.cli.rig.linux.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** mesh-apiserver against etcd. */
public final class ApiserverBench {

    private static final List<Scenario> SCENARIOS =
            List.of(new FanOut(), new MillionKeys(), new ColdMirror(), new LiveMesh(), new ColdStart());

    private ApiserverBench() {}

    /**
     * What to measure.
     *
     * @param lines those of {@link #allLines}
     * @param quick once instead of three times, and a tenth of the keys: whether it works, not how fast it is
     * @param full nothing is sampled; takes several minutes more
     */
    public record Options(Set<String> lines, boolean quick, boolean full) {}

    /** Every line that there is. */
    public static List<String> allLines() {
        return SCENARIOS.stream().flatMap(it -> it.lines().stream()).toList();
    }

    /**
     * Runs the bench and returns its report.
     *
     * @param checkout the project's folder, built
     * @param generator the compiled load generator
     * @param progress is told what happens
     */
    public static List<String> run(
            Options options, Workshop workshop, Path checkout, Path generator, Consumer<String> progress)
            throws InterruptedException {
        Effort effort =
                new Effort(options.quick() ? 1 : 3, options.quick() ? 1 : 2, options.quick() ? 10 : 1, options.full());
        Shell.run(List.of(checkout.resolve("bin/clustermesh").toString(), "version")); // makes its AOT cache
        Stage stage = new Stage(workshop, new LoadGenerator(generator, workshop), checkout, effort, progress);
        List<String> report = new ArrayList<>(List.of(
                "mesh-apiserver against etcd, on %s; load %s at the start"
                        .formatted(Machine.description(), Machine.load()),
                "%s; each side %d times, medians; data in %s"
                        .formatted(
                                etcdVersion(),
                                effort.rounds(),
                                workshop.folder().getParent()),
                ""));
        List<Row> rows = new ArrayList<>();
        for (Scenario scenario : SCENARIOS) {
            Set<String> wanted = new LinkedHashSet<>(scenario.lines());
            wanted.retainAll(options.lines());
            if (!wanted.isEmpty()) {
                rows.addAll(measured(scenario, stage, wanted));
            }
        }
        report.addAll(Report.text("etcd", rows));
        return report;
    }

    /** One that can't go on must not cost the others' figures. */
    private static List<Row> measured(Scenario scenario, Stage stage, Set<String> wanted) throws InterruptedException {
        try {
            return scenario.measure(stage, wanted);
        } catch (BenchFailed | CommandException e) {
            stage.progress().accept(String.valueOf(e.getMessage()));
            return List.of(Row.failed(String.join(", ", wanted), firstLine(String.valueOf(e.getMessage()))));
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static String etcdVersion() {
        return Shell.run(List.of("etcd", "--version"))
                .lines()
                .findFirst()
                .orElse("etcd")
                .replace("etcd Version:", "etcd");
    }
}
