package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code service list}. */
@Command(
        name = "list",
        description =
                "Global services as each cluster sees them, with every cluster's backends and how fresh they are.")
public final class ServiceCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private TargetOption target = new TargetOption();

    @Mixin
    private OutputOption output = new OutputOption();

    ServiceCommand(Context context) {
        this.context = context;
    }

    /** The group {@code service} with this command in it. */
    public static CommandLine create(Context context) {
        return Groups.create(
                "service",
                "Global services.",
                new ServiceCommand(context),
                new ServiceShowCommand(context),
                new ExplainCommand(context));
    }

    @Override
    public Integer call() {
        Map<String, Object> json = new LinkedHashMap<>();
        Table table = new Table(
                "SEEN BY", "SERVICE", "ADDRESSES", "PORTS", "AFFINITY", "BACKENDS IN", "ACTIVE", "TERMINATING", "AGE");
        boolean all = true;
        try (Targets targets = target.open(context)) {
            for (ClusterAccess cluster : targets.clusters()) {
                Replicas.Listing listing = new Replicas(cluster).list("/v1/services", context.console());
                all &= listing.whole();
                json.put(cluster.title(), listing.items());
                for (JsonNode service : listing.items()) {
                    for (JsonNode part : service.path("clusters")) {
                        table.row(row(cluster, service, part));
                    }
                }
            }
        }
        if (output.json()) {
            OutputOption.print(context.console(), Map.of("schema", 1, "services", json));
        } else {
            table.lines().forEach(context.console()::result);
        }
        return all ? 0 : 1;
    }

    private static Object[] row(ClusterAccess cluster, JsonNode service, JsonNode part) {
        int active = 0;
        int terminating = 0;
        for (JsonNode backend : part.path("backends")) {
            boolean isActive = backend.path("state").asText().equals("active");
            active += isActive ? 1 : 0;
            terminating += isActive ? 0 : 1;
        }
        return new Object[] {
            cluster.title(),
            service.path("name").asText(),
            ObjectList.join(service.path("frontends")),
            ObjectList.join(service.path("ports")),
            AdminView.text(service.path("affinity")),
            part.path("cluster").asText() + (part.path("local").asBoolean() ? " (own)" : ""),
            active,
            terminating,
            AdminView.age(part.path("age"))
        };
    }
}
