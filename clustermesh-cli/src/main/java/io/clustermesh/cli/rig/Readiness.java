package io.clustermesh.cli.rig;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.rig.linux.ProcessId;
import io.clustermesh.cli.rig.linux.ProcessTable;
import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.NodePlan;
import io.clustermesh.cli.rig.plan.RigPlan;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Waits for processes, and says whose fault it is when the wait is in vain. Used by one thread. */
final class Readiness {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int TAIL_LINES = 8;

    private final ProcessTable processes;
    private final Clock clock;

    Readiness(ProcessTable processes, Clock clock) {
        this.processes = processes;
        this.clock = clock;
    }

    /** Until its {@code /readyz} says yes; for a process without an admin API, not at all. */
    void await(Components.Component component) throws InterruptedException {
        if (component.socket().isEmpty()) {
            return;
        }
        Path socket = component.socket().get();
        long deadline = clock.monotonicNanos() + LIMIT.toNanos();
        String last = "it has not answered yet";
        while (true) {
            try {
                AdminClient.Answer answer = AdminClient.get(socket, "/readyz");
                if (answer.ok()) {
                    return;
                }
                last = answer.body().strip();
            } catch (AdminClient.Unreachable e) {
                last = String.valueOf(e.getMessage());
            }
            boolean alive =
                    processes.find(component.name()).filter(ProcessId::isAlive).isPresent();
            if (!alive) {
                throw failed(component, "has ended");
            }
            if (clock.monotonicNanos() > deadline) {
                throw failed(component, "is not ready after %d s: %s".formatted(LIMIT.toSeconds(), last));
            }
            clock.sleep(Duration.ofMillis(50));
        }
    }

    /** Until every node has a route to every other node's pods, by BGP. */
    void awaitRoutes(RigPlan plan) throws InterruptedException {
        long deadline = clock.monotonicNanos() + LIMIT.toNanos();
        for (ClusterPlan cluster : plan.clusters()) {
            for (NodePlan node : cluster.nodes()) {
                while (!RigNetwork.missingRoutes(plan, node).isEmpty()) {
                    if (clock.monotonicNanos() > deadline) {
                        throw new CommandFailed(
                                "node %s has no route to %s after %d s: BGP did not bring them"
                                        .formatted(
                                                node.name(), RigNetwork.missingRoutes(plan, node), LIMIT.toSeconds()),
                                "clustermesh bgp peers");
                    }
                    clock.sleep(Duration.ofMillis(100));
                }
            }
        }
    }

    private static CommandFailed failed(Components.Component component, String what) {
        return new CommandFailed(
                "%s %s\n%s"
                        .formatted(component.name(), what, tail(component.spec().log())),
                "see %s, then clustermesh rig down".formatted(component.spec().log()));
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }
}
