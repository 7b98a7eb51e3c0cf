package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.DurationConverter;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code status}. */
@Command(
        name = "status",
        description =
                "Clusters, their processes and their peers, each with its freshness; exit code 1 if one is not ready.")
public final class StatusCommand implements Callable<Integer> {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Context context;

    @Mixin
    private TargetOption target = new TargetOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Option(names = "--wait", description = "Wait until everything wanted is ready.")
    private boolean wait;

    @Option(
            names = {"--wait-duration", "--wait-limit"},
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long, for example 90s or 15m (default: ${DEFAULT-VALUE}).")
    private Duration waitLimit = Duration.ofSeconds(60);

    public StatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Targets targets = target.open(context)) {
            MeshStatus status = wait ? waitFor(targets) : ask(targets);
            if (output.json()) {
                OutputOption.print(
                        context.console(),
                        Map.of(
                                "schema", 1,
                                "ready", status.ready(),
                                "clusters", status.clusters(),
                                "problems", status.problems()));
            } else {
                print(context.console(), status);
            }
            for (MeshStatus.Problem problem : status.problems()) {
                context.console().progress("error: " + problem.what());
                context.console().progress("next:  " + problem.next());
            }
            return status.ready() ? 0 : 1;
        }
    }

    private MeshStatus ask(Targets targets) throws InterruptedException {
        return MeshStatus.ask(targets.clusters(), context.clock().now());
    }

    /** The status when everything was ready, else the last one, of which the slow step is in the problems. */
    private MeshStatus waitFor(Targets targets) throws InterruptedException {
        long deadline = context.clock().monotonicNanos() + waitLimit.toNanos();
        MeshStatus status = ask(targets);
        while (!status.ready()) {
            if (context.clock().monotonicNanos() > deadline) {
                context.console()
                        .progress(
                                "timeout: not ready after %d s; what it waited for:".formatted(waitLimit.toSeconds()));
                return status;
            }
            context.clock().sleep(PAUSE);
            status = ask(targets);
        }
        return status;
    }

    private void print(Console console, MeshStatus status) {
        Table processes = new Table("CLUSTER", "PROCESS", "READY", "LAST EVENT", "DETAIL");
        Table peers = new Table(
                "CLUSTER",
                "PEER",
                "STATE",
                "SYNCED",
                "LAST EVENT",
                "LAG",
                "HELD BY",
                "STALE SINCE",
                "FAILURES",
                "LAST FAILURE");
        boolean anyPeer = false;
        for (MeshStatus.ClusterStatus cluster : status.clusters()) {
            for (MeshStatus.ProcessStatus process : cluster.processes()) {
                processes.row(
                        cluster.name(),
                        process.name(),
                        process.ready() ? "yes" : "NO",
                        process.lastEvent(),
                        process.detail());
            }
            for (MeshStatus.PeerStatus peer : cluster.peers()) {
                anyPeer = true;
                JsonNode connection = peer.status();
                peers.row(
                        cluster.name(),
                        peer.peer(),
                        AdminView.text(peer.status().path("state")),
                        synced(peer.status().path("resources")),
                        AdminView.age(connection.path("age")),
                        AdminView.lag(connection.path("lag")),
                        AdminView.text(connection.path("owner")),
                        AdminView.text(connection.path("staleSince")),
                        AdminView.text(connection.path("failures")),
                        failure(connection.path("lastFailure"), context.clock().now()));
            }
        }
        processes.lines().forEach(console::result);
        console.result("");
        if (anyPeer) {
            peers.lines().forEach(console::result);
        } else {
            console.result("No cluster has a peer; connect two with \"clustermesh connect %s\"."
                    .formatted(target.isKubernetes() ? "--context A --destination-context B" : "<a> <b>"));
        }
    }

    private static String failure(JsonNode failure, Instant now) {
        return AdminView.instant(failure.path("at"))
                .map(at -> "%s ago: %s"
                        .formatted(
                                AdminView.age(Duration.between(at, now)),
                                failure.path("reason").asText()))
                .orElse("-");
    }

    private static String synced(JsonNode resources) {
        int synced = 0;
        for (JsonNode resource : resources) {
            synced += resource.path("synced").asBoolean() ? 1 : 0;
        }
        return synced + "/" + resources.size();
    }
}
