package io.clustermesh.bench.apiserver;

import static io.clustermesh.bench.report.Figures.median;
import static io.clustermesh.bench.report.Figures.millis;
import static io.clustermesh.bench.report.Figures.number;

import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Measured;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.home.Homes;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Cluster B, the one measured, with a real peer A, and then with 250 simulated peers more: 25,000 nodes, 250,000 pods and
 * 325 changes a second. Its etcd and mesh-apiserver share core 0; A, the simulated peers and the generator have core 1.
 */
final class LiveMesh implements Scenario {

    private static final String LIVE = "live";
    private static final String PROPAGATION = "propagation";
    private static final int PEERS = 250;
    private static final int NODES = 100;
    private static final int PODS_PER_NODE = 10;
    private static final double CHANGES_PER_SECOND = 325;
    private static final double WARM_UP_SECONDS = 15;
    /** What the README advises for a machine as small as the one core that each of them has. */
    private static final String CALM = "%s -XX:TieredStopAtLevel=1";

    private static final int MEASURED_SECONDS = 10;

    @Override
    public List<String> lines() {
        return List.of(LIVE, PROPAGATION);
    }

    @Override
    public List<Row> measure(Stage stage, Set<String> wanted) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        Path homes = stage.workshop().folder("homes");
        Site a = Site.make(homes, "a", 254, io.clustermesh.bench.host.Machine.freePort());
        Site b = Site.make(homes, "b", 252, io.clustermesh.bench.host.Machine.freePort());
        new Connector(Homes.in(homes), stage.workshop().clock()).connect("a", "b");
        try (Etcd etcdA = Etcd.start(stage.workshop(), a, Cores.GENERATOR);
                Etcd etcdB = Etcd.start(stage.workshop(), b, Cores.SERVERS);
                Product productA = Product.start(
                        stage.workshop(),
                        stage.launcher(),
                        a,
                        etcdA,
                        new Product.Settings(Cores.GENERATOR, CALM.formatted("512m")));
                Product productB = Product.start(
                        stage.workshop(),
                        stage.launcher(),
                        b,
                        etcdB,
                        new Product.Settings(Cores.SERVERS, CALM.formatted("1500m")))) {
            Propagation propagation = Propagation.between(stage, a, etcdA, productA, etcdB, productB);
            boolean hops = wanted.contains(PROPAGATION);
            if (hops) {
                stage.progress().accept("propagation: idle");
                double fresh = propagation.warmUp();
                rows.add(propagation
                        .row("EndpointSlice in A to watcher in B, idle")
                        .note("p50 of the first %d changes after the start: %s; then %d more go by unmeasured"
                                .formatted(Propagation.CHANGES, millis(fresh), Propagation.WARM_UP_CHANGES)));
            }
            int peers = stage.scaled(PEERS);
            int pods = peers * NODES * PODS_PER_NODE;
            stage.progress().accept("live: %d peers start".formatted(peers));
            try (Fleet fleet = Fleet.start(stage, b, peers, NODES, PODS_PER_NODE)) {
                double took = connect(stage, fleet, b, etcdB, pods);
                double forPropagation = hops ? propagation.seconds() : 0;
                stage.progress().accept("live: %s changes/s".formatted(number(CHANGES_PER_SECOND)));
                fleet.load(CHANGES_PER_SECOND, WARM_UP_SECONDS + MEASURED_SECONDS + forPropagation + 5);
                stage.workshop().clock().sleep(Duration.ofMillis((long) (WARM_UP_SECONDS * 1000)));
                Measured seen = follow(stage, etcdB, productB);
                Row loaded = hops ? propagation.row("EndpointSlice in A to watcher in B, under load") : null;
                Measured load = fleet.loaded();
                if (wanted.contains(LIVE)) {
                    rows.addAll(live(peers, took, seen, load));
                }
                if (loaded != null) {
                    rows.add(loaded.note("load: that of the line \"mirror, live\""));
                }
            }
        }
        return rows;
    }

    /** Seconds until all pods of all peers are in B's etcd. */
    private static double connect(Stage stage, Fleet fleet, Site b, Etcd etcdB, int pods) throws InterruptedException {
        long begin = stage.workshop().clock().monotonicNanos();
        fleet.connect(b);
        stage.workshop()
                .await(
                        "%,d pods are mirrored".formatted(pods),
                        etcdB.process(),
                        Duration.ofMinutes(3),
                        Duration.ofMillis(500),
                        () -> etcdB.count(Keys.CACHED_IPS) >= pods);
        return (stage.workshop().clock().monotonicNanos() - begin) / 1e9;
    }

    private static Measured follow(Stage stage, Etcd etcdB, Product productB) {
        try (var follower = stage.generator()
                .start(
                        Cores.GENERATOR,
                        List.of(
                                "follow",
                                "--watch",
                                productB.endpoint(),
                                "--watch-tls",
                                productB.tls(),
                                "--prefix",
                                Keys.CACHED_IPS,
                                "--seconds",
                                String.valueOf(MEASURED_SECONDS),
                                "--cpu",
                                "apiserver=" + productB.pid(),
                                "--cpu",
                                "etcd=" + etcdB.pid()))) {
            follower.next();
            return follower.next();
        }
    }

    private static List<Row> live(int peers, double took, Measured seen, Measured load) {
        String work = "%s changes/s from %d peers".formatted(number(CHANGES_PER_SECOND), peers);
        double p99 = seen.get("event_p99_us") / 1000;
        double cpu = 100 * seen.get("apiserver_cpu_s") / seen.get("seconds");
        double etcd = 100 * seen.get("etcd_cpu_s") / seen.get("seconds");
        String simulated =
                "%d simulated peers in one process on the generator's core, each with an etcd v3 API of its own over mutual TLS (a fake in memory), 100 nodes and 1,000 pods each; the first copy took %s s"
                        .formatted(peers, number(took));
        return List.of(
                Row.of(
                                "mirror, live",
                                work + ": p99",
                                "-",
                                number(p99) + " ms",
                                new Figure(p99, "-", new Goal.Below(50, "ms")))
                        .note(simulated)
                        .note(
                                "from the peer's put until its event is at a watcher of the local mesh-apiserver, past the local etcd; p50 %s, worst %s, %s events; the peers' puts were at most %s ms late"
                                        .formatted(
                                                millis(seen.get("event_p50_us")),
                                                millis(seen.get("event_max_us")),
                                                number(seen.get("event_n")),
                                                number(load.get("latest_ms")))),
                Row.of(
                                "mirror, live",
                                work + ": CPU",
                                "-",
                                number(cpu) + " % of a core",
                                new Figure(cpu, "-", new Goal.Below(30, "%")))
                        .note(simulated)
                        .note(
                                "mesh-apiserver of B, which has one core and the README's JVM option for that (-XX:TieredStopAtLevel=1); its etcd %s %% besides"
                                        .formatted(number(etcd))));
    }

    /** One change at a time from A to B, by the product and by two plain watch hops between the same two etcds. */
    private record Propagation(
            Stage stage, Path template, Path manifest, Etcd etcdA, Product productA, Etcd etcdB, Product productB) {

        private static final int CHANGES = 60;
        private static final int PER_SECOND = 20;
        private static final int WARM_UP_CHANGES = 600;
        private static final int WARM_UP_PER_SECOND = 60;
        private static final String OF_A = Keys.Resource.SERVICES.statePrefix(new ClusterName("a"));

        static Propagation between(Stage stage, Site a, Etcd etcdA, Product productA, Etcd etcdB, Product productB) {
            Path template = a.directory().resolve("echo.template");
            io.clustermesh.cli.home.AtomicFiles.write(template, TEMPLATE);
            return new Propagation(
                    stage, template, a.directory().resolve("manifests/echo.yaml"), etcdA, productA, etcdB, productB);
        }

        double seconds() {
            return stage.effort().rounds() * 2.5 * CHANGES / PER_SECOND + 5;
        }

        /** What a fresh mesh takes, in microseconds; then changes until the compilers have seen them often. */
        double warmUp() {
            hops(CHANGES, PER_SECOND);
            double fresh = product(CHANGES, PER_SECOND).get("hop_p50_us");
            product(WARM_UP_CHANGES, WARM_UP_PER_SECOND);
            return fresh;
        }

        Row row(String work) {
            List<Measured> theirs = new ArrayList<>();
            List<Measured> ours = new ArrayList<>();
            for (int round = 0; round < stage.effort().rounds(); round++) {
                theirs.add(hops(CHANGES, PER_SECOND));
                ours.add(product(CHANGES, PER_SECOND));
            }
            Measured hops = median(theirs, it -> it.get("hop_p50_us"));
            Measured our = median(ours, it -> it.get("hop_p50_us"));
            return Row.of(
                            PROPAGATION,
                            work,
                            "2 watch hops p50 " + millis(hops.get("hop_p50_us")),
                            "p50 " + millis(our.get("hop_p50_us")),
                            Figure.ratio(our.get("hop_p50_us") / hops.get("hop_p50_us"), new Goal.AtMost(1.5)))
                    .note(
                            "ours: from the rename of the manifest, through publisher, A's etcd, A's API, B's mirror, B's etcd, to a watcher of B's API over mutual TLS. Two hops: put into A's etcd, its event, put into B's etcd, its event, plaintext, the same two etcds, by the generator")
                    .note("%s: p99 two hops %s, ours %s"
                            .formatted(work, millis(hops.get("hop_p99_us")), millis(our.get("hop_p99_us"))))
                    .note("%s: p50 from the rename to a watcher of A's etcd %s, of A's API %s, of B's etcd %s"
                            .formatted(
                                    work,
                                    millis(our.get("etcd-a_p50_us")),
                                    millis(our.get("api-a_p50_us")),
                                    millis(our.get("etcd-b_p50_us"))));
        }

        private Measured hops(int changes, int perSecond) {
            return stage.generator()
                    .run(List.of(
                            "relay",
                            "--put",
                            etcdA.plain(),
                            "--watch",
                            etcdB.plain(),
                            "--changes",
                            String.valueOf(changes),
                            "--rate",
                            String.valueOf(perSecond)));
        }

        private Measured product(int changes, int perSecond) {
            return stage.generator()
                    .run(List.of(
                            "propagate",
                            "--manifest",
                            manifest.toString(),
                            "--file",
                            template.toString(),
                            "--watch",
                            productB.endpoint(),
                            "--watch-tls",
                            productB.tls(),
                            "--prefix",
                            Keys.CACHED_SERVICES + "a/",
                            "--via",
                            "etcd-a %s %s".formatted(etcdA.plain(), OF_A),
                            "--via",
                            "api-a %s %s %s".formatted(productA.endpoint(), OF_A, productA.tls()),
                            "--via",
                            "etcd-b %s %sa/".formatted(etcdB.plain(), Keys.CACHED_SERVICES),
                            "--changes",
                            String.valueOf(changes),
                            "--rate",
                            String.valueOf(perSecond)));
        }

        private static final String TEMPLATE = """
                apiVersion: v1
                kind: Service
                metadata:
                  namespace: bench
                  name: echo
                  annotations:
                    service.cilium.io/global: "true"
                spec:
                  type: ClusterIP
                  clusterIP: 198.18.254.10
                  clusterIPs: [198.18.254.10]
                  ports:
                    - {name: http, protocol: TCP, port: 80, targetPort: 8080}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  namespace: bench
                  name: echo-1
                  labels:
                    kubernetes.io/service-name: echo
                addressType: IPv4
                ports:
                  - {name: http, protocol: TCP, port: 8080}
                endpoints:
                  - addresses: ["@ADDRESS@"]
                    conditions: {ready: true, serving: true, terminating: false}
                """;
    }
}
