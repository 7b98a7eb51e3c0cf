package io.clustermesh.bench.apiserver;

import static io.clustermesh.bench.report.Figures.median;
import static io.clustermesh.bench.report.Figures.millis;
import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.apiserver.FanOutSide.Security;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Measured;
import io.clustermesh.bench.report.Figures;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Watchers of one prefix, each on a connection of its own. Saturated: 100 puts outstanding until everybody has them. And
 * 100 puts a second to 1,000 watchers. Both sides are measured in turns.
 */
final class FanOut implements Scenario {

    private static final String LINE = "fan-out";
    private static final List<Integer> WATCHERS = List.of(100, 1000);
    private static final String HOW =
            "CPU (user+system) per delivered event, puts included; each put is outstanding until all watchers have it, 100 at a time; ours: mesh-apiserver alone, in brackets with the etcd behind it";
    private static final String PLAINTEXT_RULE =
            "etcd's plaintext is the baseline also for our TLS: the packaged 3.4 serves gRPC over TLS through a slower front end";

    @Override
    public List<String> lines() {
        return List.of(LINE);
    }

    @Override
    public List<Row> measure(Stage stage, Set<String> wanted) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        Site site = stage.site("fan", 1);
        try (Etcd etcd = Etcd.start(stage.workshop(), site, Cores.SERVERS);
                Etcd behind = Etcd.start(stage.workshop(), site, Cores.SERVERS)) {
            FanOutSide baseline = new FanOutSide(stage, etcd);
            try (FanOutSide ours = new FanOutSide(stage, behind, site, 0)) {
                ours.warmUp();
                rows.addAll(saturated(stage, baseline, ours));
                rows.addAll(slow(stage, baseline, ours));
            }
            try (FanOutSide ours = new FanOutSide(stage, behind, site, 1)) {
                ours.warmUp();
                rows.addAll(oneByOne(stage, baseline, ours));
            }
        }
        return rows;
    }

    private record Pair(Measured etcd, Measured ours) {}

    /** Both sides in turns; of each the round with the median CPU per event. */
    private static Pair turns(
            Stage stage, FanOutSide baseline, Security theirs, FanOutSide ours, Security our, int watchers, int rate) {
        List<Measured> etcd = new ArrayList<>();
        List<Measured> mesh = new ArrayList<>();
        for (int round = 0; round < stage.effort().rounds(); round++) {
            etcd.add(baseline.run(theirs, watchers, rate));
            mesh.add(ours.run(our, watchers, rate));
        }
        return new Pair(
                median(etcd, it -> it.cpuMicrosPer("events", "etcd")),
                median(mesh, it -> it.cpuMicrosPer("events", "apiserver")));
    }

    private List<Row> saturated(Stage stage, FanOutSide baseline, FanOutSide ours) {
        List<Row> rows = new ArrayList<>();
        for (int watchers : WATCHERS) {
            stage.progress().accept("fan-out: %d watchers, saturated".formatted(watchers));
            Pair plain = turns(stage, baseline, Security.PLAINTEXT, ours, Security.PLAINTEXT, watchers, 0);
            Pair tls = turns(stage, baseline, Security.TLS, ours, Security.TLS, watchers, 0);
            rows.add(
                    row("%d watchers, plaintext".formatted(watchers), plain.etcd(), plain.ours(), new Goal.AtLeast(8)));
            rows.add(row("%d watchers, mutual TLS".formatted(watchers), plain.etcd(), tls.ours(), new Goal.AtLeast(6))
                    .note(PLAINTEXT_RULE));
            rows.add(row(
                    "%d watchers, TLS, etcd as packaged".formatted(watchers),
                    tls.etcd(),
                    tls.ours(),
                    new Goal.Quoted()));
        }
        return rows;
    }

    private List<Row> oneByOne(Stage stage, FanOutSide baseline, FanOutSide ours) {
        List<Row> rows = new ArrayList<>();
        for (int watchers : WATCHERS) {
            stage.progress().accept("fan-out: %d watchers, one event a message".formatted(watchers));
            Pair pair = turns(stage, baseline, Security.PLAINTEXT, ours, Security.PLAINTEXT, watchers, 0);
            double perMessage = pair.ours().get("events") / pair.ours().get("messages");
            Row row = row(
                            "%d watchers, plaintext, 1 event a message".formatted(watchers),
                            pair.etcd(),
                            pair.ours(),
                            new Goal.AtLeast(1.5))
                    .note("api.maxEventsPerMessage: 1, which turns coalescing off");
            rows.add(perMessage < 1.01 ? row : row.failed("our messages held %s events".formatted(number(perMessage))));
        }
        return rows;
    }

    private List<Row> slow(Stage stage, FanOutSide baseline, FanOutSide ours) {
        List<Row> rows = new ArrayList<>();
        for (Security security : Security.values()) {
            stage.progress().accept("fan-out: 1000 watchers, 100 puts/s, " + security.text());
            Pair pair = turns(stage, baseline, security, ours, security, 1000, 100);
            String work = "1000 watchers, 100 puts/s, " + security.text();
            double etcdCpu = pair.etcd().cpuMicrosPer("events", "etcd");
            double ourCpu = pair.ours().cpuMicrosPer("events", "apiserver");
            double whole = ourCpu + pair.ours().cpuMicrosPer("events", "etcd");
            Goal goalCpu = security == Security.PLAINTEXT ? new Goal.AtMost(1) : new Goal.Quoted();
            Goal goalP99 = security == Security.PLAINTEXT ? new Goal.AtMost(0.6) : new Goal.Quoted();
            rows.add(Row.of(
                            LINE,
                            work + ": CPU",
                            "%s us/event".formatted(number(etcdCpu)),
                            "%s us/event (%s)".formatted(number(ourCpu), number(whole)),
                            Figure.ratio(ourCpu / etcdCpu, goalCpu))
                    .note("brackets: with the etcd behind it")
                    .note("%s: delivered etcd %s events/s with %s of a core, ours %s with %s (its etcd %s)"
                            .formatted(
                                    work,
                                    perSecond(pair.etcd()),
                                    share(pair.etcd(), "etcd"),
                                    perSecond(pair.ours()),
                                    share(pair.ours(), "apiserver"),
                                    share(pair.ours(), "etcd"))));
            rows.add(Row.of(
                            LINE,
                            work + ": p99",
                            latency(pair.etcd()),
                            latency(pair.ours()),
                            Figure.ratio(
                                    pair.ours().get("event_p99_us")
                                            / pair.etcd().get("event_p99_us"),
                                    goalP99))
                    .note("p50 / p99 from the moment a put was due until its event is at the watcher"));
        }
        return rows;
    }

    private static String percent(double share) {
        return number(share * 100) + " %";
    }

    private static String perSecond(Measured it) {
        return number(it.get("events") / it.get("seconds"));
    }

    private static String share(Measured it, String server) {
        return percent(it.get(server + "_cpu_s") / it.get("seconds"));
    }

    private static String latency(Measured it) {
        return "%s / %s".formatted(millis(it.get("event_p50_us")), millis(it.get("event_p99_us")));
    }

    private static Row row(String work, Measured etcd, Measured ours, Goal goal) {
        double theirs = etcd.cpuMicrosPer("events", "etcd");
        double our = ours.cpuMicrosPer("events", "apiserver");
        double whole = our + ours.cpuMicrosPer("events", "etcd");
        Row row = Row.of(
                LINE,
                work,
                "%s us/event".formatted(number(theirs)),
                "%s us/event (%s)".formatted(number(our), number(whole)),
                Figure.ratio(theirs / our, goal));
        return row.note(HOW)
                .note("%s: etcd %s; ours %s; with its etcd %s"
                        .formatted(work, detail(etcd), detail(ours), Figures.ratio(theirs / whole)));
    }

    private static String detail(Measured it) {
        return "%s M events/s, %s events/message, p50 %s, p99 %s, generator %s busy"
                .formatted(
                        number(it.get("events") / it.get("seconds") / 1e6),
                        number(it.get("events") / it.get("messages")),
                        millis(it.get("event_p50_us")),
                        millis(it.get("event_p99_us")),
                        percent(it.get("generator_cpu_s") / it.get("seconds")));
    }
}
