package io.clustermesh.bench.apiserver;

import static io.clustermesh.bench.report.Figures.mebibytes;
import static io.clustermesh.bench.report.Figures.median;
import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.host.Machine;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Measured;
import io.clustermesh.bench.host.ProcessFigures;
import io.clustermesh.bench.host.ProcessFigures.Resident;
import io.clustermesh.bench.report.Figures;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A million keys of 400 bytes in etcd, and in mesh-apiserver before it: their memory, and lists in pages. */
final class MillionKeys implements Scenario {

    private static final String MEMORY = "memory";
    private static final String PAGED = "paged";
    private static final int MANY = 1_000_000;
    private static final int FEW = 100_000;
    private static final String MANY_PREFIX = "bench/many/";
    private static final String FEW_PREFIX = "bench/few/";
    private static final String HEAP = "700m -Xmn64m -XX:+UseCompactObjectHeaders";
    private static final int SAMPLE = 50;
    private static final Duration SETTLE = Duration.ofSeconds(4);

    @Override
    public List<String> lines() {
        return List.of(PAGED, MEMORY);
    }

    @Override
    public List<Row> measure(Stage stage, Set<String> wanted) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        Site site = stage.site("million", 1);
        int many = stage.scaled(MANY);
        try (Etcd etcd = Etcd.start(stage.workshop(), site, Cores.SERVERS)) {
            stage.progress().accept("memory, paged: %,d keys into etcd".formatted(many));
            stage.fill(etcd, MANY_PREFIX, many);
            stage.workshop().clock().sleep(SETTLE);
            Resident before = ProcessFigures.resident(etcd.pid());
            int plainPort = Machine.freePort();
            stage.progress().accept("memory, paged: mesh-apiserver takes them over");
            try (Product product = Product.start(
                    stage.workshop(),
                    stage.launcher(),
                    site,
                    etcd,
                    new Product.Settings(
                            Cores.SERVERS, HEAP, ", plaintext: {port: %d, role: admin}".formatted(plainPort)))) {
                if (wanted.contains(MEMORY)) {
                    stage.workshop().clock().sleep(SETTLE);
                    rows.add(memory(many, before, etcd, product));
                }
                if (wanted.contains(PAGED)) {
                    int few = stage.scaled(FEW);
                    stage.fill(etcd, FEW_PREFIX, few);
                    Lists lists = new Lists(stage, etcd, product, "http://127.0.0.1:" + plainPort);
                    rows.add(lists.row(FEW_PREFIX, few, 256, 1, new Goal.AtLeast(25)));
                    rows.add(lists.row(
                            MANY_PREFIX, many, 500, stage.effort().full() ? 1 : SAMPLE, new Goal.AtLeast(100)));
                }
            }
        }
        return rows;
    }

    private static Row memory(int keys, Resident before, Etcd etcd, Product product) {
        Resident ours = ProcessFigures.resident(product.pid());
        Resident after = ProcessFigures.resident(etcd.pid());
        return Row.of(
                        MEMORY,
                        "%,d keys of 400 B held".formatted(keys),
                        mebibytes(before.total()),
                        mebibytes(ours.total()),
                        Figure.ratio((double) ours.total() / before.total(), new Goal.AtMost(0.5)))
                .note(
                        "VmRSS, a few seconds after the load. etcd: after the puts, before anybody lists; without its mapped file %s; after mesh-apiserver listed it %s. Ours: %s of its own, JVM options %s"
                                .formatted(
                                        mebibytes(before.anonymous()),
                                        mebibytes(after.total()),
                                        mebibytes(ours.anonymous()),
                                        Product.JVM.formatted(HEAP)));
    }

    /** Lists from both sides. */
    private record Lists(Stage stage, Etcd etcd, Product product, String plain) {

        Row row(String prefix, int keys, int limit, int every, Goal goal) {
            String work = "%,d keys in pages of %d".formatted(keys, limit);
            stage.progress().accept("paged: " + work);
            List<Measured> theirs = new ArrayList<>();
            List<Measured> ours = new ArrayList<>();
            List<Measured> secure = new ArrayList<>();
            list(plain, "", prefix, keys, limit, 1);
            list(product.endpoint(), product.tls(), prefix, keys, limit, 1);
            for (int round = 0; round < stage.effort().rounds(); round++) {
                theirs.add(list(etcd.plain(), "", prefix, keys, limit, every));
                ours.add(list(plain, "", prefix, keys, limit, 1));
                secure.add(list(product.endpoint(), product.tls(), prefix, keys, limit, 1));
            }
            Measured baseline = median(theirs, it -> it.get("keys_per_s"));
            Measured our = median(ours, it -> it.get("keys_per_s"));
            Measured tls = median(secure, it -> it.get("keys_per_s"));
            double ratio = our.get("keys_per_s") / baseline.get("keys_per_s");
            Row row = Row.of(PAGED, work, rate(baseline), rate(our), Figure.ratio(ratio, goal))
                    .note(
                            "plaintext both, one page after the other, at the revision of the first page, ours after a list that is not counted (JIT); over mutual TLS ours %s; a page's p99: etcd %s, ours %s"
                                    .formatted(
                                            rate(tls),
                                            Figures.millis(baseline.get("page_p99_us")),
                                            Figures.millis(our.get("page_p99_us"))));
            return every == 1
                    ? row
                    : row.note(
                            "etcd's time for a page grows with what is left of the list, so every %dth page was read at its true place, %s of %s pages; --full reads all. Ours: all pages"
                                    .formatted(
                                            every,
                                            number(baseline.get("pages")),
                                            number(baseline.get("pages_of_all"))));
        }

        private Measured list(String from, String tls, String prefix, int keys, int limit, int every) {
            List<String> arguments = new ArrayList<>(List.of(
                    "list",
                    "--from",
                    from,
                    "--prefix",
                    prefix,
                    "--keys",
                    String.valueOf(keys),
                    "--limit",
                    String.valueOf(limit),
                    "--every",
                    String.valueOf(every)));
            if (!tls.isEmpty()) {
                arguments.addAll(List.of("--from-tls", tls));
            }
            return stage.generator().run(arguments);
        }

        private static String rate(Measured it) {
            return number(it.get("keys_per_s") / 1000) + " k keys/s";
        }
    }
}
