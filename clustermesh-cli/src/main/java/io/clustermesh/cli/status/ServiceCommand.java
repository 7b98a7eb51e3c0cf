package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.HomeOption;
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
    private HomeOption home = new HomeOption();

    @Mixin
    private OutputOption output = new OutputOption();

    ServiceCommand(Context context) {
        this.context = context;
    }

    /** The group {@code service} with this command in it. */
    public static CommandLine create(Context context) {
        return Groups.create("service", "Global services.", new ServiceCommand(context));
    }

    @Override
    public Integer call() {
        Map<String, Object> json = new LinkedHashMap<>();
        Table table = new Table(
                "SEEN BY", "SERVICE", "ADDRESSES", "PORTS", "AFFINITY", "BACKENDS IN", "ACTIVE", "TERMINATING", "AGE");
        boolean all = true;
        for (ClusterHome cluster : home.homes(context).homes()) {
            Replicas.Listing listing = new Replicas(cluster).list("/v1/services", context.console());
            all &= listing.whole();
            json.put(cluster.name().value(), listing.items());
            for (JsonNode service : listing.items()) {
                for (JsonNode part : service.path("clusters")) {
                    table.row(row(cluster, service, part));
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

    private static Object[] row(ClusterHome cluster, JsonNode service, JsonNode part) {
        int active = 0;
        int terminating = 0;
        for (JsonNode backend : part.path("backends")) {
            boolean isActive = backend.path("state").asText().equals("active");
            active += isActive ? 1 : 0;
            terminating += isActive ? 0 : 1;
        }
        return new Object[] {
            cluster.name(),
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
