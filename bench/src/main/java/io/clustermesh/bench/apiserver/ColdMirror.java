package io.clustermesh.bench.apiserver;

import static io.clustermesh.bench.report.Figures.median;
import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.fleet.Records;
import io.clustermesh.bench.host.Answering;
import io.clustermesh.bench.host.Child;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Measured;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * 250,000 pods of a peer into an empty local etcd: by mesh-apiserver's mirror, by {@code etcdctl make-mirror}, and what
 * the local etcd takes at best, in transactions of 128 puts. Each into a fresh etcd, with one watcher that counts.
 */
final class ColdMirror implements Scenario {

    private static final String LINE = "mirror, cold";
    private static final Records PEER = new Records(new ClusterName("peer"), new ClusterId(2), 0);
    private static final int NODES = 1000;
    private static final int PODS_PER_NODE = 250;
    private static final String HOW =
            "plaintext on both sides and nothing pinned, for all three; from the first cause (connection file written, process started, first request) to the last key's event at a watcher of the local etcd";

    @Override
    public List<String> lines() {
        return List.of("cold");
    }

    @Override
    public List<Row> measure(Stage stage, Set<String> wanted) throws InterruptedException {
        Site site = stage.site("local", 252);
        int nodes = stage.scaled(NODES);
        int keys = nodes * PODS_PER_NODE;
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> batched = new ArrayList<>();
        try (Etcd source = Etcd.start(stage.workshop(), site, Cores.ANY)) {
            stage.progress().accept("mirror, cold: %,d pods into the peer's etcd".formatted(keys));
            RecordFile file =
                    RecordFile.write(stage.workshop().folder("records").resolve("pods"), PEER, nodes, PODS_PER_NODE);
            stage.generator()
                    .run(List.of(
                            "fill",
                            "--put",
                            source.plain(),
                            "--file",
                            file.path().toString(),
                            "--clients",
                            "1"));
            for (int round = 0; round < stage.effort().rounds(); round++) {
                stage.progress().accept("mirror, cold: round " + (round + 1));
                try (Etcd sink = Etcd.start(stage.workshop(), site, Cores.ANY)) {
                    batched.add(batched(stage, sink, keys));
                }
                try (Etcd sink = Etcd.start(stage.workshop(), site, Cores.ANY)) {
                    theirs.add(makeMirror(stage, source, sink));
                }
                ours.add(mirror(stage, site, source, keys));
            }
        }
        double mirror = median(ours, it -> it);
        double maker = median(theirs, it -> it);
        double best = median(batched, it -> it);
        String work = "%,d keys of 400 B".formatted(keys);
        return List.of(
                Row.of(
                                LINE,
                                work,
                                "make-mirror " + rate(maker),
                                rate(mirror),
                                Figure.ratio(mirror / maker, new Goal.AtLeast(12)))
                        .note(HOW)
                        .note(
                                "make-mirror copies a part of the same keys, since its rate does not depend on their number"),
                Row.of(
                                LINE,
                                work,
                                "txn of 128 puts " + rate(best),
                                rate(mirror),
                                Figure.ratio(mirror / best, new Goal.AtLeast(0.8)))
                        .note("8 transactions outstanding, by the load generator: all that the local etcd takes")
                        .note("ours is a JVM that has just started, in all rounds: "
                                + ours.stream().map(ColdMirror::rate).toList()));
    }

    private static String rate(double keysPerSecond) {
        return number(keysPerSecond / 1000) + " k keys/s";
    }

    private static Answering follow(Stage stage, Etcd sink, String prefix, long keys) {
        Answering follower = stage.generator()
                .start(
                        Cores.ANY,
                        List.of(
                                "follow",
                                "--watch",
                                sink.plain(),
                                "--prefix",
                                prefix,
                                "--until",
                                String.valueOf(keys),
                                "--within",
                                "240"));
        follower.next();
        return follower;
    }

    /** Keys a second from {@code begin} until the follower has seen {@code keys} of them. */
    private static double rate(Answering follower, long begin, long keys) {
        Measured seen = follower.next();
        if (seen.get("puts") < keys) {
            throw new io.clustermesh.bench.host.BenchFailed(
                    "only %s of %d keys arrived: %s".formatted(seen.get("puts"), keys, seen));
        }
        return keys * 1e9 / (seen.get("last_ns") - begin);
    }

    private static double batched(Stage stage, Etcd sink, int keys) {
        String prefix = "bench/batched/";
        try (Answering follower = follow(stage, sink, prefix, keys)) {
            long begin = stage.workshop().clock().monotonicNanos();
            stage.fill(sink, prefix, keys);
            return rate(follower, begin, keys);
        }
    }

    private static double makeMirror(Stage stage, Etcd source, Etcd sink) {
        String part = Keys.IPS + "10.0.2";
        long keys = source.count(part);
        Path folder = stage.workshop().folder("make-mirror");
        try (Answering follower = follow(stage, sink, part, keys)) {
            long begin = stage.workshop().clock().monotonicNanos();
            Child maker = stage.workshop()
                    .start(
                            "make-mirror",
                            Cores.ANY,
                            source.etcdctl(
                                    "make-mirror",
                                    "--prefix=" + part,
                                    sink.plain().substring("http://".length())),
                            Map.of(),
                            folder);
            double rate = rate(follower, begin, keys);
            stage.workshop().stop(maker);
            return rate;
        }
    }

    private static double mirror(Stage stage, Site site, Etcd source, int keys) throws InterruptedException {
        Path connection = site.home().peerFile(PEER.name());
        AtomicFiles.delete(connection);
        try (Etcd sink = Etcd.start(stage.workshop(), site, Cores.ANY);
                Product product = Product.start(
                        stage.workshop(), stage.launcher(), site, sink, new Product.Settings(Cores.ANY, "1g"));
                Answering follower = follow(stage, sink, Keys.CACHED_IPS, keys)) {
            long begin = stage.workshop().clock().monotonicNanos();
            AtomicFiles.write(connection, "endpoints: [\"%s\"]%n".formatted(source.plain()));
            return rate(follower, begin, keys);
        }
    }
}
