package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code identity get}. */
@Command(
        name = "get",
        description = "One identity as each cluster sees it; exit code 1 if one of them does not know it.")
final class IdentityGetCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private TargetOption target = new TargetOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Parameters(index = "0", paramLabel = "IDENTITY", description = "Its number.")
    private int identity;

    IdentityGetCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<String, Object> json = new LinkedHashMap<>();
        Table table = new Table("SEEN BY", "CLUSTER", "IDENTITY", "LABELS", "AGE");
        boolean all = true;
        try (Targets targets = target.open(context)) {
            for (ClusterAccess cluster : targets.clusters()) {
                Optional<JsonNode> found = new Replicas(cluster).first("/v1/identities/" + identity, context.console());
                all &= found.isPresent();
                found.ifPresent(row -> {
                    json.put(cluster.title(), row);
                    table.row(
                            cluster.title(),
                            row.path("cluster").asText(),
                            row.path("id").asText(),
                            ObjectList.join(row.path("labels")),
                            AdminView.age(row.path("age")));
                });
            }
        }
        if (output.json()) {
            OutputOption.print(context.console(), Map.of("schema", 1, "identity", json));
        } else {
            table.lines().forEach(context.console()::result);
        }
        return all ? 0 : 1;
    }
}
