package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.rig.Rig;
import io.clustermesh.cli.rig.linux.ProcessId;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.workload.PodRecord;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rig status}. */
@Command(name = "status", description = "Processes, pods and services of a rig; exit code 1 if a process is dead.")
final class RigStatusCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private RigName name = new RigName();

    RigStatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Rig rig = name.attach(context);
        boolean allAlive = true;
        Table processes = new Table("PROCESS", "STATE", "PID", "RSS MB");
        for (Map.Entry<String, ProcessId> entry : rig.processes().entrySet()) {
            ProcessId id = entry.getValue();
            boolean alive = id.isAlive();
            allAlive &= alive;
            processes.row(entry.getKey(), alive ? "running" : "dead", id.pid(), alive ? id.residentBytes() >> 20 : "-");
        }
        processes.lines().forEach(context.console()::result);
        context.console().result("");
        Table pods = new Table("CLUSTER", "POD", "NODE", "IPV4", "IPV6", "PHASE");
        for (ClusterPlan cluster : rig.plan().clusters()) {
            for (PodRecord pod : rig.pods(cluster)) {
                pods.row(
                        cluster.name(),
                        pod.fullName(),
                        cluster.nodes().get(pod.place().node() - 1).name(),
                        pod.place().v4(),
                        pod.place().v6(),
                        pod.phase().name().toLowerCase(java.util.Locale.ROOT));
            }
        }
        pods.lines().forEach(context.console()::result);
        return allAlive ? 0 : 1;
    }
}
