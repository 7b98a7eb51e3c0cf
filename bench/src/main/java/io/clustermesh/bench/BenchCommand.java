package io.clustermesh.bench;

import io.clustermesh.bench.apiserver.ApiserverBench;
import io.clustermesh.bench.dataplane.DataplaneBench;
import io.clustermesh.bench.dataplane.Premises;
import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Workshop;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code make bench BENCH=... ARGS=...}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures the product against what it replaces, both in one run, and prints a table of ratios.")
final class BenchCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..*",
            paramLabel = "BENCH",
            description = "Which: apiserver, dataplane. All there are, if none is named.")
    private List<String> benches = List.of();

    @Option(names = "--lines", split = ",", paramLabel = "LINE", description = "Only these lines of the table.")
    private Set<String> lines = new LinkedHashSet<>();

    @Option(names = "--quick", description = "Once instead of three times, a tenth of the keys: does it work?")
    private boolean quick;

    @Option(names = "--full", description = "Sample nothing; takes several minutes more.")
    private boolean full;

    @Option(names = "--checkout", required = true, paramLabel = "FOLDER", description = "The project, built.")
    private Path checkout = Path.of("");

    @Override
    public Integer call() throws InterruptedException {
        Set<String> chosen = benches.isEmpty() ? Set.of("apiserver", "dataplane") : Set.copyOf(benches);
        Set<String> known = new LinkedHashSet<>();
        for (String bench : new TreeSet<>(chosen)) {
            switch (bench) {
                case "apiserver" -> known.addAll(ApiserverBench.allLines());
                case "dataplane" -> known.addAll(DataplaneBench.allLines());
                default ->
                    throw new BenchFailed(
                            "bench \"%s\" is unknown; there are apiserver and dataplane".formatted(bench));
            }
        }
        for (String line : lines) {
            if (!known.contains(line)) {
                throw new BenchFailed("line \"%s\" is unknown; there are %s".formatted(line, String.join(", ", known)));
            }
        }
        Set<String> wanted = lines.isEmpty() ? known : lines;
        try (Lifecycle lifecycle = new Lifecycle("bench", Clock.system())) {
            lifecycle.stopOnSignal();
            Workshop workshop = lifecycle.own("workshop", Workshop.open(lifecycle.clock()));
            if (chosen.contains("apiserver")
                    && ApiserverBench.allLines().stream().anyMatch(wanted::contains)) {
                apiserver(workshop, wanted).forEach(System.out::println);
            }
            if (chosen.contains("dataplane")
                    && DataplaneBench.allLines().stream().anyMatch(wanted::contains)) {
                Premises premises = lifecycle.own("premises", Premises.open(lifecycle.clock()));
                DataplaneBench.run(wanted, quick, workshop, premises, folder(), BenchCommand::progress)
                        .forEach(System.out::println);
            }
        }
        return 0;
    }

    private List<String> apiserver(Workshop workshop, Set<String> wanted) throws InterruptedException {
        return ApiserverBench.run(
                new ApiserverBench.Options(wanted, quick, full),
                workshop,
                folder(),
                folder().resolve("bench/target/etcdload"),
                BenchCommand::progress);
    }

    private Path folder() {
        return checkout.toAbsolutePath().normalize();
    }

    private static void progress(String step) {
        System.err.println("  " + step);
    }
}
