package io.clustermesh.bench.apiserver;

import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.report.Figures;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** From the command line to {@code /readyz}, with 250,000 keys in etcd. */
final class ColdStart implements Scenario {

    private static final String LINE = "start";
    private static final int KEYS = 250_000;
    private static final String PREFIX = "bench/start/";

    @Override
    public List<String> lines() {
        return List.of(LINE);
    }

    @Override
    public List<Row> measure(Stage stage, Set<String> wanted) throws InterruptedException {
        Site site = stage.site("start", 1);
        int keys = stage.scaled(KEYS);
        List<Double> seconds = new ArrayList<>();
        try (Etcd etcd = Etcd.start(stage.workshop(), site, Cores.ANY)) {
            stage.progress().accept("start: %,d keys into etcd".formatted(keys));
            stage.fill(etcd, PREFIX, keys);
            for (int round = 0; round < stage.effort().rounds(); round++) {
                stage.progress().accept("start: round " + (round + 1));
                try (Product product = Product.begin(
                        stage.workshop(), stage.launcher(), site, etcd, new Product.Settings(Cores.ANY, "1g"))) {
                    seconds.add(product.awaitReady());
                    everyKeyIsThere(stage, product, keys);
                }
            }
        }
        double median = Figures.median(seconds, it -> it);
        return List.of(Row.of(
                        LINE,
                        "replica cold start, %,d keys".formatted(keys),
                        "-",
                        number(median) + " s",
                        new Figure(median, "-", new Goal.Below(5, "s")))
                .note(
                        "from exec of bin/clustermesh until /readyz says 200, its AOT cache made before (as after any first command); all keys are then listed through it; nothing pinned; rounds: "
                                + seconds.stream().map(it -> number(it) + " s").toList()));
    }

    /** Fails unless the API lists exactly {@code keys}. */
    private static void everyKeyIsThere(Stage stage, Product product, int keys) {
        stage.generator()
                .run(List.of(
                        "list",
                        "--from",
                        product.endpoint(),
                        "--from-tls",
                        product.tls(),
                        "--prefix",
                        PREFIX,
                        "--keys",
                        String.valueOf(keys),
                        "--limit",
                        "5000"));
    }
}
