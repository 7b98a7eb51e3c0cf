package io.clustermesh.bench.dataplane;

import static io.clustermesh.bench.report.Figures.number;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clustermesh.bench.apiserver.Etcd;
import io.clustermesh.bench.apiserver.RecordFile;
import io.clustermesh.bench.apiserver.Site;
import io.clustermesh.bench.host.BenchFailed;
import io.clustermesh.bench.host.Child;
import io.clustermesh.bench.host.LoadGenerator;
import io.clustermesh.bench.host.Machine;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.ProcessFigures;
import io.clustermesh.bench.report.Figures;
import io.clustermesh.bench.report.Goal;
import io.clustermesh.bench.report.Row;
import io.clustermesh.bench.report.Row.Figure;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** node-sync as it is started on a node, with 10,000 services of 25 endpoints each in two clusters. */
final class AgentLine implements Line {

    private static final String NAME = "agent";
    private static final int SERVICES = 10_000;
    private static final int OWN_PODS = 5;
    private static final int PEER_PODS = 20;
    private static final int CHANGES_PER_SECOND = 325;
    private static final String JVM = "-Xmx%s";
    private static final String HEAP = "208m";
    private static final List<MeshRecords.Port> PORTS = List.of(new MeshRecords.Port("TCP", 8080));
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public List<Row> measure(Ground ground, Set<String> wanted) throws InterruptedException {
        int services = ground.scaled(SERVICES);
        Path home = ground.workshop().folder("agent");
        Site site = Site.make(home, "west", 1, Machine.freePort());
        try (Etcd etcd = Etcd.start(ground.workshop(), site, Cores.ANY)) {
            ground.progress().accept("agent: %,d services into etcd".formatted(services));
            fill(ground, etcd, home, services);
            List<Double> starts = new ArrayList<>();
            for (int round = 1; round < (ground.quick() ? 1 : 3); round++) {
                ground.progress().accept("agent: start " + round);
                try (Node node = Node.start(ground, etcd, home)) {
                    starts.add(node.awaitSynced(services));
                }
            }
            try (Node node = Node.start(ground, etcd, home)) {
                starts.add(node.awaitSynced(services));
                ground.progress().accept("agent: %d changes/s".formatted(CHANGES_PER_SECOND));
                return rows(ground, etcd, node, services, starts);
            }
        }
    }

    private static List<Row> rows(Ground ground, Etcd etcd, Node node, int services, List<Double> starts)
            throws InterruptedException {
        int seconds = ground.quick() ? 2 : 10;
        try (KvStore store = EtcdKvStore.connect(EtcdTarget.plaintext(URI.create(etcd.plain())), ground.clock())) {
            int warm = change(ground, store, services, 0, 2 * seconds); // the compilers' turn
            long before = node.applies();
            double cpu = ProcessFigures.cpuSeconds(node.process.pid());
            long begin = ground.clock().monotonicNanos();
            int changes = change(ground, store, services, warm, seconds);
            double took = (ground.clock().monotonicNanos() - begin) / 1e9;
            double percent = 100 * (ProcessFigures.cpuSeconds(node.process.pid()) - cpu) / took;
            ground.workshop()
                    .await(
                            "all changes are applied",
                            node.process,
                            Duration.ofSeconds(10),
                            Duration.ofMillis(100),
                            () -> node.applies() - before >= changes);
            ProcessFigures.Resident resident = ProcessFigures.resident(node.process.pid());
            double mebibytes = resident.total() / 1048576.0;
            String work = "%,d services, %,d endpoints: ".formatted(services, services * (OWN_PODS + PEER_PODS));
            double start = Figures.median(starts, it -> it);
            return List.of(
                    Row.of(
                                    NAME,
                                    work + "memory",
                                    "-",
                                    Figures.mebibytes(resident.total()),
                                    new Figure(mebibytes, "-", new Goal.Below(400, "MiB")))
                            .note(
                                    "resident, the touched part of the maps' memory included, which the kernel shares: anonymous %s; heap at most %s"
                                            .formatted(Figures.mebibytes(resident.anonymous()), HEAP)),
                    Row.of(
                                    NAME,
                                    work + "cold start",
                                    "-",
                                    number(start) + " s",
                                    new Figure(start, "-", new Goal.Below(10, "s")))
                            .note(
                                    "from exec of bin/clustermesh run node-sync with empty maps until /readyz says 200 and every frontend is in the kernel; records from a plain etcd; nothing pinned; starts: "
                                            + starts.stream()
                                                    .map(it -> number(it) + " s")
                                                    .toList()),
                    Row.of(
                                    NAME,
                                    "%s%.0f changes/s: CPU".formatted(work, changes / took),
                                    "-",
                                    number(percent) + " % of a core",
                                    new Figure(percent, "-", new Goal.Below(10, "%")))
                            .note(
                                    "each change moves one pod of another service; user and system time of the whole process; each is seen applied"));
        }
    }

    /** Changes a pod of a service after the other, at the rate; how many. */
    private static int change(Ground ground, KvStore store, int services, int from, int seconds)
            throws InterruptedException {
        long begin = ground.clock().monotonicNanos();
        int count = CHANGES_PER_SECOND * seconds;
        for (int n = 0; n < count; n++) {
            int service = (from + n) * 7919 % services;
            List<String> pods = new ArrayList<>(peerPods(service));
            pods.set(0, MeshRecords.pod(600_000 + from + n));
            MeshRecords.Entry changed = MeshRecords.peer(service, PORTS, pods);
            Txn.Outcome outcome = store.commit(Txn.of(List.of(
                    new Txn.Op.Put(changed.key(), changed.json().getBytes(StandardCharsets.UTF_8), Optional.empty()))));
            if (!(outcome instanceof Txn.Outcome.Applied)) {
                throw new BenchFailed("etcd refused a put: " + outcome);
            }
            long due = begin + (n + 1) * 1_000_000_000L / CHANGES_PER_SECOND;
            long early = due - ground.clock().monotonicNanos();
            if (early > 0) {
                ground.clock().sleep(Duration.ofNanos(early));
            }
        }
        return count;
    }

    private static List<String> peerPods(int service) {
        return IntStream.range(0, PEER_PODS)
                .mapToObj(n -> MeshRecords.pod(100_000 + service * PEER_PODS + n))
                .toList();
    }

    private static void fill(Ground ground, Etcd etcd, Path home, int services) {
        List<Map.Entry<String, byte[]>> entries = new ArrayList<>();
        for (int n = 0; n < services; n++) {
            int service = n;
            List<String> own = IntStream.range(0, OWN_PODS)
                    .mapToObj(pod -> MeshRecords.pod(service * OWN_PODS + pod))
                    .toList();
            for (MeshRecords.Entry entry :
                    List.of(MeshRecords.own(n, PORTS, own), MeshRecords.peer(n, PORTS, peerPods(n)))) {
                entries.add(Map.entry(entry.key(), entry.json().getBytes(StandardCharsets.UTF_8)));
            }
        }
        RecordFile file = RecordFile.write(home.resolve("records"), entries);
        new LoadGenerator(ground.checkout().resolve("bench/target/etcdload"), ground.workshop())
                .run(List.of(
                        "fill", "--put", etcd.plain(), "--file", file.path().toString()));
    }

    /** A running node-sync. */
    private record Node(Ground ground, Child process, Path socket, long startedNanos) implements AutoCloseable {

        static Node start(Ground ground, Etcd etcd, Path home) {
            String launcher = ground.launcher().toString();
            ground.premises().close();
            ground.premises().cgroup().create();
            Path socket = home.resolve("node-sync.sock");
            Path config = home.resolve("node-sync.yaml");
            AtomicFiles.write(config, """
                    cluster: {name: west, id: 1}
                    node: bench
                    apiserver: {endpoints: ["%s"]}
                    data-plane: {kind: kernel, pin-dir: "%s", cgroup: "%s", services: 16384, backends: 524288}
                    admin: {socket: "%s"}
                    """.formatted(
                            etcd.plain(),
                            ground.premises().pins(),
                            ground.premises().cgroup().path(),
                            socket));
            long now = ground.clock().monotonicNanos();
            Child process = ground.workshop()
                    .start(
                            "node-sync",
                            Cores.ANY,
                            List.of(launcher, "run", "node-sync", "--config", config.toString()),
                            Map.of("CLUSTERMESH_JVM_OPTS", JVM.formatted(HEAP)),
                            home);
            return new Node(ground, process, socket, now);
        }

        /** Seconds until every service is in the kernel. */
        double awaitSynced(int services) throws InterruptedException {
            ground.workshop()
                    .await("node-sync is ready", process, Duration.ofMinutes(2), Duration.ofMillis(20), this::ready);
            double seconds = (ground.clock().monotonicNanos() - startedNanos) / 1e9;
            int frontends =
                    status().path("dataPlane").path("used").path("frontends").asInt();
            if (frontends != services) {
                throw new BenchFailed("node-sync is ready with %d frontends of %d".formatted(frontends, services));
            }
            return seconds;
        }

        private boolean ready() {
            try {
                return AdminClient.get(socket, "/readyz").ok();
            } catch (AdminClient.Unreachable e) {
                return false;
            }
        }

        /** Services applied since its start. */
        long applies() {
            String metrics = AdminClient.get(socket, "/metrics").body();
            return metrics.lines()
                    .filter(line -> line.startsWith("clustermesh_nodesync_services_applied"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow(() -> new BenchFailed("no count of applies among the metrics of node-sync"));
        }

        private JsonNode status() {
            try {
                return JSON.readTree(AdminClient.get(socket, "/v1/status").body());
            } catch (JsonProcessingException e) {
                throw new BenchFailed("/v1/status of node-sync is no JSON", e);
            }
        }

        @Override
        public void close() {
            ground.workshop().stop(process);
        }
    }
}
