package io.clustermesh.bench;

import io.clustermesh.bench.apiserver.ApiserverBench;
import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Workshop;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
            description = "Which: apiserver. All there are, if none is named.")
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
        for (String bench : benches) {
            if (!bench.equals("apiserver")) {
                throw new BenchFailed("bench \"%s\" is unknown; there is apiserver".formatted(bench));
            }
        }
        List<String> all = ApiserverBench.allLines();
        for (String line : lines) {
            if (!all.contains(line)) {
                throw new BenchFailed("line \"%s\" is unknown; there are %s".formatted(line, String.join(", ", all)));
            }
        }
        try (Lifecycle lifecycle = new Lifecycle("bench", Clock.system())) {
            lifecycle.stopOnSignal();
            Workshop workshop = lifecycle.own("workshop", Workshop.open(lifecycle.clock()));
            ApiserverBench.Options options =
                    new ApiserverBench.Options(lines.isEmpty() ? Set.copyOf(all) : lines, quick, full);
            ApiserverBench.run(
                            options,
                            workshop,
                            checkout.toAbsolutePath().normalize(),
                            checkout.resolve("bench/target/etcdload").toAbsolutePath(),
                            step -> System.err.println("  " + step))
                    .forEach(System.out::println);
        }
        return 0;
    }
}
