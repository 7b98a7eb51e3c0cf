package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.HomeOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bpf lb list}. */
@Command(name = "list", description = "The load balancing tables of every node, as read back from the kernel.")
public final class BpfCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private HomeOption home = new HomeOption();

    @Mixin
    private OutputOption output = new OutputOption();

    BpfCommand(Context context) {
        this.context = context;
    }

    /** The group {@code bpf lb} with this command in it. */
    public static CommandLine create(Context context) {
        return Groups.create(
                "bpf", "What the kernel has.", Groups.create("lb", "Socket load balancing.", new BpfCommand(context)));
    }

    @Override
    public Integer call() {
        Map<String, Object> json = new LinkedHashMap<>();
        Table table = new Table("NODE", "FRONTEND", "SERVICE", "AGE", "TIER", "SHARE", "CLUSTER", "BACKEND", "STATE");
        boolean all = true;
        for (ClusterHome cluster : home.homes(context).homes()) {
            for (String process : cluster.processes()) {
                if (process.endsWith("-node-sync")) {
                    String node = cluster.name() + "-" + process.replace("-node-sync", "");
                    AdminView view = AdminView.of(cluster, process, "/v1/lb");
                    json.put(node, view.body());
                    all &= view.error().isEmpty();
                    view.error()
                            .ifPresent(
                                    error -> context.console().progress("node-sync of %s %s".formatted(node, error)));
                    view.body().path("frontends").forEach(frontend -> rows(table, node, frontend));
                }
            }
        }
        if (output.json()) {
            OutputOption.print(context.console(), Map.of("schema", 1, "nodes", json));
        } else {
            table.lines().forEach(context.console()::result);
        }
        return all ? 0 : 1;
    }

    private static void rows(Table table, String node, JsonNode frontend) {
        for (JsonNode slot : frontend.path("slots")) {
            for (JsonNode backend : slot.path("backends")) {
                double share = slot.path("policy").path("share").asDouble()
                        * backend.path("share").asDouble();
                JsonNode address = frontend.path("address");
                table.row(
                        node,
                        address.path("text").asText() + "/"
                                + address.path("protocol").asText(),
                        AdminView.text(frontend.path("service")),
                        frontend.path("ageSeconds").isNumber()
                                ? frontend.path("ageSeconds").asText() + " s"
                                : "-",
                        slot.path("policy").path("weight").asInt() == 0
                                ? "off"
                                : slot.path("policy").path("tier").asText(),
                        String.format(Locale.ROOT, "%.2f", share),
                        AdminView.text(slot.path("cluster").path("name")),
                        AdminView.text(backend.path("address").path("text")),
                        AdminView.text(backend.path("state")).toLowerCase(Locale.ROOT));
            }
        }
    }
}
