package io.clustermesh.cli.demo;

import io.clustermesh.cli.connect.Connector;
import io.clustermesh.cli.connect.PeerWait;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.BpfCheck;
import io.clustermesh.cli.rig.Prerequisites;
import io.clustermesh.cli.rig.Rig;
import io.clustermesh.cli.rig.command.SizeOptions;
import io.clustermesh.cli.rig.linux.ProcessId;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.RigOptions;
import io.clustermesh.store.runtime.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: thread of the command draws, one virtual thread runs the scenario, one reads each client. */
@Command(
        name = "demo",
        description = {
            "Two clusters, one global service: brings up a rig, deletes each cluster's pods in turn and shows who answers.",
            "Exit code 0 if everything promised was seen. Takes the rig down at the end."
        })
public final class DemoCommand implements Callable<Integer> {

    private static final int INTERVAL_MILLIS = 10;
    private static final long STOP_SECONDS = 15;

    private final Context context;

    @Option(names = "--keep", description = "Leave the rig up, and say what to try.")
    private boolean keep;

    @Mixin
    private SizeOptions size = new SizeOptions();

    @Option(
            names = "--data-plane",
            paramLabel = "auto|kernel|memory",
            defaultValue = "auto",
            description = "memory: processes on loopback, no rights needed (default: kernel where it works).")
    private String dataPlane = "auto";

    @Option(
            names = "--hold",
            paramLabel = "S",
            defaultValue = "3",
            description = "Seconds to look on after each change (default: ${DEFAULT-VALUE}).")
    private int holdSeconds = 3;

    @Option(
            names = "--name",
            paramLabel = "RIG",
            defaultValue = RigOptions.DEFAULT_NAME,
            description = "The rig's name (default: ${DEFAULT-VALUE}).")
    private String name = RigOptions.DEFAULT_NAME;

    public DemoCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        RigOptions options = new RigOptions(
                name, RigOptions.clusters("west,east"), size.size(), chooseDataPlane(), RigOptions.DEFAULT_GRACE);
        List<String> missing =
                Prerequisites.missing(Prerequisites.look(options.dataPlane(), BpfCheck::missing), options.dataPlane());
        if (!missing.isEmpty()) {
            throw new CommandFailed("the demo can't run here:\n" + String.join("\n", missing), "make setup");
        }
        introduce(options);
        Rig.refuseIfUp(name, context.rigs());
        CountDownLatch done = new CountDownLatch(1);
        try (Lifecycle lifecycle = new Lifecycle("demo", context.clock())) {
            tearDownWith(lifecycle, done);
            lifecycle.stopOnSignal();
            try {
                return upAndShow(options);
            } finally {
                done.countDown();
            }
        }
    }

    /**
     * After SIGINT too: the thread at work is told first, and only when it makes nothing new any more the rig is taken
     * down.
     */
    private void tearDownWith(Lifecycle lifecycle, CountDownLatch done) {
        Thread worker = Thread.currentThread();
        AutoCloseable _ = lifecycle.own("rig", () -> {
            if (!keep) {
                List<String> _ = Rig.down(name, context.rigs(), context.clock(), context.console()::progress);
            }
        });
        AutoCloseable _ = lifecycle.own("demo", () -> {
            if (done.getCount() > 0) {
                worker.interrupt();
                boolean _ = done.await(STOP_SECONDS, TimeUnit.SECONDS);
            }
        });
    }

    private int upAndShow(RigOptions options) throws Exception {
        Rig rig = Rig.up(options, context.rigs(), context.clock(), context.console()::progress);
        try {
            return show(rig);
        } finally {
            if (keep) {
                sayWhatToTry(rig);
            }
        }
    }

    private DataPlane chooseDataPlane() {
        if (!dataPlane.equals("auto")) {
            return DataPlane.parse(dataPlane);
        }
        List<String> missing =
                Prerequisites.missing(Prerequisites.look(DataPlane.KERNEL, BpfCheck::missing), DataPlane.KERNEL);
        if (missing.isEmpty()) {
            return DataPlane.KERNEL;
        }
        context.console()
                .progress("No kernel data plane here (%s); running the same with processes on loopback."
                        .formatted(String.join("; ", missing)));
        return DataPlane.MEMORY;
    }

    private void introduce(RigOptions options) {
        Console console = context.console();
        boolean kernel = options.dataPlane() == DataPlane.KERNEL;
        console.result(console.paint(Console.Colour.BOLD, "ClusterMesh demo")
                + (kernel
                        ? ": kernel data plane (eBPF)"
                        : ": NO KERNEL DATA PLANE - each client asks node-sync which backend the kernel would choose"));
        console.result("");
        console.result(
                "Two clusters, west and east, run the same service \"echo\". It is global, with affinity \"local\":");
        console.result("clients are answered by their own cluster while it has pods, else by the other one.");
        console.result("A client in each cluster makes %d new connections a second to its service's one virtual IP."
                .formatted(1000 / INTERVAL_MILLIS));
        console.result("Then all pods of west are deleted, and restored; then those of east.");
        console.result("");
    }

    private int show(Rig rig) throws Exception {
        Console console = context.console();
        List<String> names =
                rig.plan().clusters().stream().map(c -> c.name().value()).toList();
        new Connector(rig.homes(), context.clock()).connect(names.get(0), names.get(1));
        new PeerWait(context.clock(), Duration.ofSeconds(60), "clustermesh status")
                .await(rig.homes().homes(), names.get(0), names.get(1));
        console.progress("%s and %s are connected".formatted(names.get(0), names.get(1)));
        RequestLog log = new RequestLog();
        Scenario scenario = new Scenario(rig, log, context.clock(), Duration.ofSeconds(holdSeconds));
        try (DemoClients clients = new DemoClients(rig, log)) {
            for (ClusterPlan cluster : rig.plan().clusters()) {
                clients.start(cluster, INTERVAL_MILLIS);
            }
            scenario.awaitSettled();
            draw(scenario, log, names);
        }
        List<PhaseReport> reports = new ArrayList<>();
        List<Request> all = log.all();
        for (Phase phase : scenario.phases()) {
            names.forEach(client -> reports.add(PhaseReport.of(phase, client, all)));
        }
        Verdict verdict = Verdict.of(reports, resident(rig));
        new Summary(console, names).print(reports, scenario.hopTable(), verdict);
        return verdict.good() ? 0 : 1;
    }

    private void draw(Scenario scenario, RequestLog log, List<String> names) throws Exception {
        Instant start = context.clock().now();
        Painter painter = new Painter(context.console(), new Timeline(start, Timeline.letters(names)), log, names);
        painter.header();
        try (var thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> running = thread.submit(() -> {
                scenario.run(painter::event);
                return 0;
            });
            while (!running.isDone()) {
                painter.paint(context.clock().now());
                context.clock().sleep(Timeline.CELL);
            }
            painter.finish(context.clock().now());
            try {
                Object _ = running.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException fault ? fault : e;
            }
        }
    }

    private static Map<String, Long> resident(Rig rig) {
        Map<String, Long> largest = new TreeMap<>();
        for (Map.Entry<String, ProcessId> entry : rig.processes().entrySet()) {
            String kind = entry.getKey().substring(entry.getKey().lastIndexOf('.') + 1);
            largest.merge(kind, entry.getValue().residentBytes() >> 20, Math::max);
        }
        return largest;
    }

    private void sayWhatToTry(Rig rig) {
        Console console = context.console();
        boolean kernel = rig.plan().options().dataPlane() == DataPlane.KERNEL;
        console.result("");
        console.result("The rig is still up. Try:");
        List<String> commands = new ArrayList<>(List.of("status", "service list", "bpf lb list", "rig status"));
        if (kernel) {
            commands.add("bgp peers");
            commands.add("rig exec west/client -- curl -s http://10.101.0.10");
        }
        commands.addAll(List.of("rig scale west/shop/echo 0", "rig down"));
        commands.forEach(command -> console.result("  clustermesh " + command));
    }
}
