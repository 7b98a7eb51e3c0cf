package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import io.clustermesh.model.ServiceName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code service show}. */
@Command(
        name = "show",
        description =
                "One global service as each cluster sees it, backend by backend; exit code 1 if one does not know it.")
final class ServiceShowCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private TargetOption target = new TargetOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Parameters(paramLabel = "NAMESPACE/SERVICE", description = "Which service.")
    private String service = "";

    ServiceShowCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName name = ServiceName.parse(service);
        Map<String, Object> json = new LinkedHashMap<>();
        Table table =
                new Table("SEEN BY", "ADDRESSES", "BACKENDS IN", "BACKEND", "PORTS", "STATE", "NODE", "ZONE", "AGE");
        boolean all = true;
        try (Targets targets = target.open(context)) {
            for (ClusterAccess cluster : targets.clusters()) {
                Optional<JsonNode> found = new Replicas(cluster)
                        .first("/v1/services/%s/%s".formatted(name.namespace(), name.name()), context.console());
                all &= found.isPresent();
                found.ifPresent(row -> {
                    json.put(cluster.title(), row);
                    row.path("clusters").forEach(part -> rows(table, cluster.title(), row, part));
                });
            }
        }
        if (output.json()) {
            OutputOption.print(context.console(), Map.of("schema", 1, "service", json));
        } else {
            table.lines().forEach(context.console()::result);
        }
        return all ? 0 : 1;
    }

    private static void rows(Table table, String seenBy, JsonNode service, JsonNode part) {
        String cluster = part.path("cluster").asText() + (part.path("local").asBoolean() ? " (own)" : "");
        for (JsonNode backend : part.path("backends")) {
            table.row(
                    seenBy,
                    ObjectList.join(service.path("frontends")),
                    cluster,
                    backend.path("ip").asText(),
                    ObjectList.join(backend.path("ports")),
                    backend.path("state").asText(),
                    AdminView.text(backend.path("node")),
                    AdminView.text(backend.path("zone")),
                    AdminView.age(part.path("age")));
        }
    }
}
