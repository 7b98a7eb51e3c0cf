package io.clustermesh.cli.rig;

import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.Homes;
import io.clustermesh.cli.rig.linux.Cgroup;
import io.clustermesh.cli.rig.linux.Netns;
import io.clustermesh.cli.rig.linux.ProcessId;
import io.clustermesh.cli.rig.linux.ProcessTable;
import io.clustermesh.cli.rig.linux.Shell;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.NodePlan;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.cli.rig.workload.PodRecord;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A rig that is up: brings it up, finds it again, changes it, takes it down. Any process may hold one; what it knows is
 * in files. Methods block the calling thread.
 */
public final class Rig {

    private static final Path BPFFS = Path.of("/sys/fs/bpf");

    private final RigPlan plan;
    private final Clock clock;
    private final Surroundings surroundings;
    private final Journal journal;
    private final ProcessTable processes;

    private Rig(RigPlan plan, Clock clock) {
        this.plan = plan;
        this.clock = clock;
        this.surroundings = Surroundings.of(plan);
        this.journal = new Journal(plan.directory().resolve("journal"));
        this.processes = new ProcessTable(plan.directory().resolve("processes"), clock);
    }

    /** Builds and starts a rig, and waits until every process says that it is ready. */
    public static Rig up(RigOptions options, Path base, Clock clock, Consumer<String> progress)
            throws InterruptedException {
        RigPlan plan = RigPlan.of(options, base);
        refuseIfUp(plan.name(), base);
        RigFiles.create(plan);
        Rig rig = new Rig(plan, clock);
        try {
            rig.build(progress);
        } catch (IOException e) {
            throw new UncheckedIOException("rig \"%s\" could not be built".formatted(plan.name()), e);
        }
        return rig;
    }

    /** Fails if there is a rig called {@code name}, or something left of one. */
    public static void refuseIfUp(String name, Path base) {
        Path directory = base.resolve(name);
        if (Files.exists(directory)) {
            throw new CommandFailed(
                    "rig \"%s\" is up already (%s)".formatted(name, directory), "clustermesh rig down --name " + name);
        }
    }

    /** The rig called {@code name} that is up already. */
    public static Rig attach(String name, Path base, Clock clock) {
        return new Rig(RigFiles.read(name, base), clock);
    }

    /** Takes down the rig called {@code name}, or what is left of it. @return what was removed, one line each */
    public static List<String> down(String name, Path base, Clock clock, Consumer<String> progress)
            throws InterruptedException {
        return new Teardown(name, base, clock).run(progress);
    }

    private void build(Consumer<String> progress) throws InterruptedException, IOException {
        if (surroundings.inKernel()) {
            progress.accept("network: %d namespaces, one router"
                    .formatted(plan.namespaces().size()));
            makeNetwork();
            makeCgroups();
        }
        progress.accept("certificates: a CA for each cluster");
        for (ClusterPlan cluster : plan.clusters()) {
            makeHome(cluster);
        }
        Components components = new Components(surroundings, Launcher.find());
        List<Components.Component> all = components.all();
        progress.accept("processes: %d".formatted(all.size()));
        for (ClusterPlan cluster : plan.clusters()) {
            workloads(cluster).init();
        }
        for (Components.Component component : all) {
            processes.start(component.spec());
        }
        for (ClusterPlan cluster : plan.clusters()) {
            progress.accept("pods: %d echo servers and a client in %s"
                    .formatted(cluster.nodes().size(), cluster.name()));
            workloads(cluster).scale(Workloads.ECHO, cluster.nodes().size(), Duration.ZERO);
        }
        Readiness readiness = new Readiness(processes, clock);
        for (Components.Component component : all) {
            readiness.await(component);
        }
        if (surroundings.inKernel()) {
            readiness.awaitRoutes(plan);
        }
        progress.accept("ready");
    }

    private void makeNetwork() {
        for (String name : plan.namespaces()) {
            journal.about(Journal.Kind.NETNS, name);
            new Netns(name).create();
        }
        RigNetwork.wireRouter(plan);
        for (ClusterPlan cluster : plan.clusters()) {
            RigNetwork.wireControlPlane(cluster);
            cluster.nodes().forEach(node -> RigNetwork.wireNode(cluster, node));
        }
    }

    private void makeCgroups() throws IOException {
        for (Optional<Cgroup> cgroup : List.of(surroundings.root(), surroundings.agents())) {
            cgroup.ifPresent(this::make);
        }
        for (ClusterPlan cluster : plan.clusters()) {
            cluster.nodes().forEach(node -> surroundings.node(node).ifPresent(this::make));
        }
        if (!bpffsIsMounted()) {
            journal.about(Journal.Kind.BPFFS, BPFFS.toString());
            Shell.run(List.of("mount", "-t", "bpf", "bpf", BPFFS.toString()));
        }
        journal.about(Journal.Kind.PINS, surroundings.pins().toString());
        for (ClusterPlan cluster : plan.clusters()) {
            for (NodePlan node : cluster.nodes()) {
                Files.createDirectories(surroundings.pins(node));
            }
        }
    }

    private void make(Cgroup cgroup) {
        journal.about(Journal.Kind.CGROUP, cgroup.path().toString());
        cgroup.create();
    }

    private static boolean bpffsIsMounted() throws IOException {
        return Files.readAllLines(Path.of("/proc/mounts")).stream()
                .map(line -> line.split(" "))
                .anyMatch(fields -> fields.length > 2 && fields[1].equals(BPFFS.toString()) && fields[2].equals("bpf"));
    }

    private void makeHome(ClusterPlan cluster) throws IOException {
        for (String folder : List.of("etcd", "run", "log", "conf", "manifests", "trust", "peers", "pki")) {
            Files.createDirectories(cluster.home().resolve(folder));
        }
        ClusterFile file = new ClusterFile(
                cluster.name(),
                cluster.id(),
                MeshSize.CLUSTERS_255,
                new ClusterFile.Blocks(
                        cluster.network().pods().both(),
                        cluster.network().services().both()),
                URI.create(cluster.endpoint()));
        AtomicFiles.write(cluster.home().resolve(ClusterHome.FILE), file.yaml());
        ClusterPki _ = ClusterPki.issueAll(
                cluster.home(),
                cluster.name(),
                new AlternativeNames(List.of(), cluster.network().control().both()),
                clock);
    }

    public RigPlan plan() {
        return plan;
    }

    /** The clusters' homes, for the commands that work on those. */
    public Homes homes() {
        return Homes.in(plan.clustersDirectory());
    }

    /** All processes ever started and not stopped, by name. */
    public Map<String, ProcessId> processes() {
        return processes.all();
    }

    /** The pods of {@code cluster}. */
    public List<PodRecord> pods(ClusterPlan cluster) {
        return workloads(cluster).pods();
    }

    /** What {@code text} names, see {@link Target}. */
    public Target target(String text) {
        return Target.parse(plan, this::pods, text);
    }

    /** Gives workload {@code <cluster>/<namespace>/<name>} another number of pods, as Kubernetes would. */
    public ScaleResult scale(String workload, int replicas) throws InterruptedException {
        String[] parts = workload.split("/", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "\"%s\" is no workload; write <cluster>/<namespace>/<name>, for example %s/shop/echo"
                            .formatted(workload, plan.clusters().getFirst().name()));
        }
        if (replicas < 0 || replicas > 200) {
            throw new IllegalArgumentException("a workload has 0 to 200 pods, not " + replicas);
        }
        ClusterPlan cluster = cluster(parts[0]);
        try {
            return workloads(cluster)
                    .scale(
                            new PodRecord.Owner(parts[1], parts[2]),
                            replicas,
                            plan.options().grace());
        } catch (IOException e) {
            throw new UncheckedIOException("could not scale " + workload, e);
        }
    }

    /**
     * SIGKILL without a word to anybody, as a crash.
     *
     * @param noticed whether Kubernetes' part of the rig sees a dead pod and says so in its EndpointSlice
     * @return names of what was killed
     */
    public List<String> kill(Target target, boolean noticed) throws InterruptedException {
        List<String> names = switch (target) {
            case Target.Pod pod -> List.of(Surroundings.processName(pod.cluster(), pod.pod()));
            case Target.Component component -> List.of(component.process());
            case Target.Router router -> List.of("router.bgp");
            case Target.Cluster cluster -> ofControlPlane(cluster.cluster());
            case Target.Node node -> ofNode(node);
        };
        List<String> alive = names.stream()
                .filter(name -> processes.find(name).filter(ProcessId::isAlive).isPresent())
                .toList();
        if (target instanceof Target.Pod pod) {
            try {
                workloads(pod.cluster()).crash(pod.pod(), noticed);
            } catch (IOException e) {
                throw new UncheckedIOException("could not kill " + pod.pod().fullName(), e);
            }
        } else {
            for (String name : alive) {
                processes.kill(name);
            }
        }
        return alive;
    }

    private List<String> ofControlPlane(ClusterPlan cluster) {
        return Target.controlPlane(plan).stream()
                .map(p -> cluster.name() + "." + p)
                .toList();
    }

    private List<String> ofNode(Target.Node node) {
        List<String> names = new ArrayList<>(
                Target.NODE.stream().map(p -> node.node().name() + "." + p).toList());
        pods(node.cluster()).stream()
                .filter(pod -> pod.place().node() == node.node().index())
                .forEach(pod -> names.add(Surroundings.processName(node.cluster(), pod)));
        return names;
    }

    /** Starts the rig's processes, pods aside, that are not alive, and waits for them. @return their names */
    public List<String> start() throws InterruptedException {
        List<Components.Component> dead = new Components(surroundings, Launcher.find())
                .all().stream()
                        .filter(c -> processes
                                .find(c.name())
                                .filter(ProcessId::isAlive)
                                .isEmpty())
                        .toList();
        for (Components.Component component : dead) {
            processes.start(component.spec());
        }
        for (Components.Component component : dead) {
            new Readiness(processes, clock).await(component);
        }
        return dead.stream().map(Components.Component::name).toList();
    }

    /** Cuts the network between two clusters, silently. */
    public void partition(String a, String b) {
        needsKernel("rig partition");
        if (!RigNetwork.isPartitioned(plan, cluster(a), cluster(b))) {
            RigNetwork.partition(plan, cluster(a), cluster(b));
        }
    }

    /** Undoes {@link #partition}. */
    public void heal(String a, String b) {
        needsKernel("rig partition --heal");
        if (RigNetwork.isPartitioned(plan, cluster(a), cluster(b))) {
            RigNetwork.heal(plan, cluster(a), cluster(b));
        }
    }

    /** The command line that runs {@code command} at {@code target}: in its namespace, and in its cgroup. */
    public List<String> inside(Target target, List<String> command) {
        needsKernel("rig exec");
        return switch (target) {
            case Target.Router router -> new Netns(plan.routerNetns()).inside(command);
            case Target.Cluster cluster -> new Netns(cluster.cluster().netns()).inside(command);
            case Target.Node node -> enter(new Netns(node.node().netns()), surroundings.node(node.node()), command);
            case Target.Pod pod -> {
                NodePlan node = pod.cluster().nodes().get(pod.pod().place().node() - 1);
                yield enter(surroundings.podNetns(node, pod.pod()), surroundings.pod(node, pod.pod()), command);
            }
            case Target.Component component ->
                throw new CommandFailed(
                        "%s is a process, commands run in clusters, nodes and pods".formatted(component.process()),
                        "name its cluster or its node");
        };
    }

    private static List<String> enter(Netns netns, Optional<Cgroup> cgroup, List<String> command) {
        List<String> whole = new ArrayList<>(List.of(
                "sh",
                "-c",
                "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"",
                cgroup.orElseThrow().path().toString()));
        whole.addAll(command);
        return netns.inside(whole);
    }

    private void needsKernel(String what) {
        if (!surroundings.inKernel()) {
            throw new CommandFailed(
                    "\"%s\" needs network namespaces, this rig has none (data plane memory)".formatted(what),
                    "clustermesh rig up, as root");
        }
    }

    private ClusterPlan cluster(String name) {
        return plan.cluster(name)
                .orElseThrow(() -> new IllegalArgumentException("there is no cluster \"%s\" in rig \"%s\", only %s"
                        .formatted(
                                name,
                                plan.name(),
                                plan.clusters().stream()
                                        .map(c -> c.name().value())
                                        .toList())));
    }

    private Workloads workloads(ClusterPlan cluster) {
        return new Workloads(cluster, surroundings, processes, journal, clock);
    }
}
