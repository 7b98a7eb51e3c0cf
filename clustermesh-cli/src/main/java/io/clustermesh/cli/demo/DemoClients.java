package io.clustermesh.cli.demo;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.rig.Launcher;
import io.clustermesh.cli.rig.Rig;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.DataPlane;
import io.clustermesh.cli.rig.plan.Dual;
import io.clustermesh.cli.rig.workload.Manifests;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A client in each cluster, as programs of their own; one virtual thread reads what each writes. */
final class DemoClients implements AutoCloseable {

    private final Rig rig;
    private final RequestLog log;
    private final List<Process> processes = new ArrayList<>();
    private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

    DemoClients(Rig rig, RequestLog log) {
        this.rig = rig;
        this.log = log;
    }

    /** Starts the client of {@code cluster}. */
    void start(ClusterPlan cluster, int intervalMillis) {
        Dual vip = Manifests.serviceAddress(cluster);
        String port = String.valueOf(Manifests.SERVICE_PORT);
        boolean kernel = rig.plan().options().dataPlane() == DataPlane.KERNEL;
        List<String> command = new ArrayList<>(List.of(
                Launcher.find().path().toString(),
                String.valueOf(intervalMillis),
                kernel ? "direct" : cluster.socket("n1-node-sync").toString(),
                vip.v4().toString(),
                port));
        if (kernel) {
            command.addAll(List.of(vip.v6().toString(), port));
        }
        List<String> whole = kernel ? rig.inside(rig.target(cluster.name() + "/client"), command) : command;
        ProcessBuilder builder = new ProcessBuilder(whole);
        builder.environment()
                .putAll(Map.of(
                        "CLUSTERMESH_MAIN", "io.clustermesh.cli.demo.DemoClient", "CLUSTERMESH_JVM_OPTS", "-Xmx32m"));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(
                cluster.home().resolve("log").resolve("demo-client.log").toFile()));
        try {
            Process process = builder.start();
            processes.add(process);
            readers.execute(() -> read(cluster.name().value(), process));
        } catch (IOException e) {
            throw new CommandFailed(
                    "the client of %s could not be started: %s".formatted(cluster.name(), e.getMessage()),
                    "clustermesh rig status",
                    e);
        }
    }

    private void read(String client, Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Request.parse(client, line).ifPresent(log::add);
            }
        } catch (IOException e) {
            // the client has ended
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        readers.shutdownNow();
    }
}
