package io.clustermesh.cli.rig;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.cli.rig.linux.Cgroup;
import io.clustermesh.cli.rig.linux.ProcessId;
import io.clustermesh.cli.rig.linux.ProcessTable;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.Dual;
import io.clustermesh.cli.rig.plan.NodePlan;
import io.clustermesh.cli.rig.workload.Manifests;
import io.clustermesh.cli.rig.workload.PodRecord;
import io.clustermesh.cli.rig.workload.PodState;
import io.clustermesh.cli.rig.workload.ScalePlan;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The pods of one cluster: the part of Kubernetes that the rig plays. The calling thread blocks. */
final class Workloads {

    static final PodRecord.Owner ECHO = new PodRecord.Owner("shop", "echo");
    static final PodRecord.Owner CLIENT = new PodRecord.Owner("shop", "client");

    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final int CLIENT_HOST = 2;
    private static final String ECHO_JVM = "-Xmx16m -Xss256k -XX:ReservedCodeCacheSize=8m";

    private final ClusterPlan cluster;
    private final Surroundings surroundings;
    private final ProcessTable processes;
    private final Journal journal;
    private final Clock clock;
    private final PodState state;

    Workloads(ClusterPlan cluster, Surroundings surroundings, ProcessTable processes, Journal journal, Clock clock) {
        this.cluster = cluster;
        this.surroundings = surroundings;
        this.processes = processes;
        this.journal = journal;
        this.clock = clock;
        this.state = new PodState(surroundings.plan().directory().resolve(cluster.name() + ".pods"));
    }

    List<PodRecord> pods() {
        return state.pods();
    }

    /** Writes what does not change: namespace, nodes, service; and makes the client's pod. */
    void init() throws InterruptedException, IOException {
        Files.createDirectories(manifests());
        write("namespace", Manifests.namespace(ECHO.namespace()));
        write("nodes", Manifests.nodes(cluster));
        write("service-echo", Manifests.service(ECHO, Manifests.serviceAddress(cluster), "local"));
        NodePlan first = cluster.nodes().getFirst();
        PodRecord client = new PodRecord(
                "client",
                CLIENT,
                new PodRecord.Place(
                        first.index(),
                        CLIENT_HOST,
                        first.pods().at(CLIENT_HOST).v4(),
                        first.pods().at(CLIENT_HOST).v6()),
                PodRecord.Phase.RUNNING);
        try (FileChannel lock = state.lock()) {
            state.write(List.of(client));
            makeSandbox(client);
            writePod(client);
            announce(ECHO);
        }
    }

    /**
     * Gives a workload another number of pods, as Kubernetes does: leaving pods are announced as terminating and get
     * SIGTERM, and are killed and forgotten after the grace period; new pods are announced once they listen.
     */
    ScaleResult scale(PodRecord.Owner owner, int replicas, Duration grace) throws InterruptedException, IOException {
        if (!owner.equals(ECHO)) {
            throw new CommandFailed(
                    "there is no workload %s/%s that can be scaled".formatted(owner.namespace(), owner.workload()),
                    "scale %s/%s/%s".formatted(cluster.name(), ECHO.namespace(), ECHO.workload()));
        }
        try (FileChannel lock = state.lock()) {
            Path last = surroundings.plan().directory().resolve(cluster.name() + ".lasthost");
            int lastHost = Files.exists(last) ? Integer.parseInt(Files.readString(last)) : 0;
            ScalePlan plan = ScalePlan.of(cluster, state.pods(), owner, lastHost, replicas);
            Instant announced = clock.now();
            Optional<Instant> killed = Optional.empty();
            if (!plan.remove().isEmpty()) {
                announced = leave(owner, plan.remove());
                clock.sleep(grace);
                killed = Optional.of(clock.now());
                remove(owner, plan.remove());
            }
            if (!plan.add().isEmpty()) {
                AtomicFiles.write(
                        last, String.valueOf(plan.add().getLast().place().host()));
                announced = add(owner, plan.add());
            }
            return new ScaleResult(
                    announced, killed, plan.add().size(), plan.remove().size());
        }
    }

    private Instant leave(PodRecord.Owner owner, List<PodRecord> leaving) {
        change(pods -> pods.stream()
                .map(p -> leaving.contains(p) ? p.in(PodRecord.Phase.TERMINATING) : p)
                .toList());
        Instant announced = clock.now();
        announce(owner);
        leaving.forEach(
                pod -> processes.find(Surroundings.processName(cluster, pod)).ifPresent(ProcessId::terminate));
        return announced;
    }

    private void remove(PodRecord.Owner owner, List<PodRecord> gone) throws InterruptedException {
        List<String> names = gone.stream().map(PodRecord::fullName).toList();
        change(pods -> pods.stream().filter(p -> !names.contains(p.fullName())).toList());
        announce(owner);
        for (PodRecord pod : gone) {
            processes.kill(Surroundings.processName(cluster, pod));
            processes.forget(Surroundings.processName(cluster, pod));
            surroundings.podNetns(node(pod), pod).delete();
            Optional<Cgroup> cgroup = surroundings.pod(node(pod), pod);
            if (cgroup.isPresent()) {
                cgroup.get().destroy(clock);
            }
            AtomicFiles.delete(podFile(pod));
        }
    }

    private Instant add(PodRecord.Owner owner, List<PodRecord> coming) throws InterruptedException {
        change(pods -> {
            List<PodRecord> all = new ArrayList<>(pods);
            all.addAll(coming);
            return all;
        });
        for (PodRecord pod : coming) {
            makeSandbox(pod);
            writePod(pod);
            start(pod);
        }
        for (PodRecord pod : coming) {
            awaitListening(pod);
        }
        change(pods -> pods.stream()
                .map(p -> coming.contains(p) ? p.in(PodRecord.Phase.RUNNING) : p)
                .toList());
        Instant announced = clock.now();
        announce(owner);
        return announced;
    }

    /** SIGKILL, as a crash; Kubernetes' kubelet notices and the pod is announced as not ready. */
    Instant crash(PodRecord pod, boolean noticed) throws InterruptedException, IOException {
        try (FileChannel lock = state.lock()) {
            Instant killed = clock.now();
            processes.kill(Surroundings.processName(cluster, pod));
            if (noticed) {
                change(pods -> pods.stream()
                        .map(p -> p.fullName().equals(pod.fullName()) ? p.in(PodRecord.Phase.FAILED) : p)
                        .toList());
                announce(pod.owner());
            }
            return killed;
        }
    }

    private void makeSandbox(PodRecord pod) {
        if (!surroundings.inKernel()) {
            return;
        }
        NodePlan node = node(pod);
        var netns = surroundings.podNetns(node, pod);
        journal.about(Journal.Kind.NETNS, netns.name());
        netns.create();
        RigNetwork.wirePod(
                node,
                netns,
                "p" + pod.place().host(),
                new Dual(pod.place().v4(), pod.place().v6()));
        surroundings.pod(node, pod).ifPresent(cgroup -> {
            journal.about(Journal.Kind.CGROUP, cgroup.path().toString());
            cgroup.create();
        });
    }

    private void start(PodRecord pod) throws InterruptedException {
        AtomicFiles.delete(log(pod));
        String address =
                surroundings.inKernel() ? "::" : Loopback.of(pod.place().v4()).toString();
        processes.start(new ProcessTable.Spec(
                Surroundings.processName(cluster, pod),
                List.of(
                        Launcher.find().path().toString(),
                        cluster.name().value(),
                        node(pod).name(),
                        pod.name(),
                        address,
                        String.valueOf(Manifests.POD_PORT),
                        String.valueOf(surroundings.plan().options().grace().toMillis())),
                Map.of("CLUSTERMESH_MAIN", "io.clustermesh.cli.echo.EchoServer", "CLUSTERMESH_JVM_OPTS", ECHO_JVM),
                log(pod),
                surroundings.inPod(node(pod), pod)));
    }

    private void awaitListening(PodRecord pod) throws InterruptedException {
        long deadline = clock.monotonicNanos() + START_LIMIT.toNanos();
        while (!isListening(pod)) {
            if (clock.monotonicNanos() > deadline) {
                throw new CommandFailed(
                        "pod %s of cluster %s does not listen after %d s"
                                .formatted(pod.fullName(), cluster.name(), START_LIMIT.toSeconds()),
                        "see " + log(pod));
            }
            clock.sleep(Duration.ofMillis(10));
        }
    }

    private boolean isListening(PodRecord pod) {
        try {
            return Files.readString(log(pod)).contains("ready\n");
        } catch (IOException e) {
            return false;
        }
    }

    private void change(UnaryOperator<List<PodRecord>> change) {
        state.write(change.apply(state.pods()));
    }

    private void announce(PodRecord.Owner owner) {
        write("endpoints-" + owner.workload(), Manifests.endpointSlices(cluster, owner, state.pods()));
    }

    private void writePod(PodRecord pod) {
        AtomicFiles.write(podFile(pod), Manifests.pod(cluster, pod));
    }

    private void write(String name, String content) {
        AtomicFiles.write(manifests().resolve(name + ".yaml"), content);
    }

    private Path podFile(PodRecord pod) {
        return manifests().resolve("pod-" + pod.owner().namespace() + "-" + pod.name() + ".yaml");
    }

    private Path manifests() {
        return cluster.home().resolve("manifests");
    }

    private Path log(PodRecord pod) {
        return cluster.home().resolve("log").resolve("pod-" + pod.owner().namespace() + "-" + pod.name() + ".log");
    }

    private NodePlan node(PodRecord pod) {
        return cluster.nodes().get(pod.place().node() - 1);
    }
}
