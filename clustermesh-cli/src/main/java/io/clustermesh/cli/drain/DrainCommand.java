package io.clustermesh.cli.drain;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code drain}. */
@Command(
        name = "drain",
        description = {
            "Takes new connections off a cluster, or off one of its nodes, little by little.",
            "Established ones stay. Nobody else left, it is asked all the same. Without a name: shows what is drained."
        },
        footer = {
            "",
            "Examples:  clustermesh drain east --ramp 5m",
            "           clustermesh drain east --node east-n1 --ramp 60s --in west",
            "           clustermesh drain"
        })
public final class DrainCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(paramLabel = "CLUSTER", arity = "0..1", description = "What is drained.")
    private String cluster = "";

    @Mixin
    private DrainTarget target = new DrainTarget();

    public DrainCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return cluster.isEmpty() ? list() : target.tell(context, "PUT", cluster);
    }

    private int list() {
        Table table = new Table("FOR CLIENTS OF", "CLUSTER", "NODE", "KEEPS", "GOES TO", "SINCE", "RAMP");
        boolean all = target.all(context, teller -> {
            DrainTarget.Reply reply = DrainTarget.first(teller, "GET", "/v1/drains");
            if (!reply.good()) {
                context.console().progress("%s: %s".formatted(teller.title(), reply.text()));
            }
            for (JsonNode drain : reply.body().path("items")) {
                String node = drain.path("node").asText();
                table.row(
                        teller.title(),
                        drain.path("cluster").asText(),
                        node.isEmpty() ? "all" : node,
                        drain.path("keepPercent").asInt() + " %",
                        drain.path("toPercent").asInt() + " %",
                        drain.path("since").asText(),
                        drain.path("rampSeconds").asLong() + " s");
            }
            return reply.good();
        });
        table.lines().forEach(context.console()::result);
        return all ? 0 : 1;
    }
}
