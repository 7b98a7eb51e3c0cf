package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.HomeOption;
import io.clustermesh.cli.home.Homes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bgp peers}. */
@Command(name = "peers", description = "BGP sessions of every node, and of the rig's router.")
public final class BgpCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private HomeOption home = new HomeOption();

    @Mixin
    private OutputOption output = new OutputOption();

    BgpCommand(Context context) {
        this.context = context;
    }

    /** The group {@code bgp} with this command in it. */
    public static CommandLine create(Context context) {
        return Groups.create("bgp", "Routing.", new BgpCommand(context));
    }

    @Override
    public Integer call() {
        Map<String, AdminView> views = new LinkedHashMap<>();
        sockets(home.homes(context)).forEach((name, socket) -> views.put(name, AdminView.of(socket, "/v1/peers")));
        boolean all = true;
        Table table = new Table(
                "SPEAKER", "PEER", "AS", "STATE", "UPTIME S", "RECEIVED V4/V6", "TOLD V4/V6", "FAILURES", "LAST ERROR");
        for (Map.Entry<String, AdminView> entry : views.entrySet()) {
            entry.getValue()
                    .error()
                    .ifPresent(error -> context.console().progress("bgp of %s %s".formatted(entry.getKey(), error)));
            all &= entry.getValue().error().isEmpty();
            for (JsonNode peer : entry.getValue().body()) {
                all &= peer.path("state").asText().equals("Established");
                table.row(row(entry.getKey(), peer));
            }
        }
        if (output.json()) {
            Map<String, Object> json = new LinkedHashMap<>();
            views.forEach((name, view) -> json.put(name, view.body()));
            OutputOption.print(context.console(), Map.of("schema", 1, "speakers", json));
        } else {
            table.lines().forEach(context.console()::result);
        }
        return all ? 0 : 1;
    }

    private static Object[] row(String speaker, JsonNode peer) {
        JsonNode routes = peer.path("session").path("routes");
        return new Object[] {
            speaker,
            peer.path("address").asText(),
            peer.path("asn").asText(),
            peer.path("state").asText(),
            AdminView.text(peer.path("session").path("uptimeSeconds")),
            families(routes.path("received")),
            families(routes.path("advertised")),
            AdminView.text(peer.path("history").path("failures")),
            AdminView.text(peer.path("history").path("lastError"))
        };
    }

    private static String families(JsonNode counts) {
        return AdminView.text(counts.path("ipv4")) + "/" + AdminView.text(counts.path("ipv6"));
    }

    private static Map<String, Path> sockets(Homes homes) {
        Map<String, Path> sockets = new LinkedHashMap<>();
        Path router = homes.directory().resolveSibling("router").resolve("run").resolve("bgp.sock");
        if (Files.exists(router)) {
            sockets.put("router", router);
        }
        for (ClusterHome cluster : homes.homes()) {
            for (String process : cluster.processes()) {
                if (process.endsWith("-bgp")) {
                    sockets.put(cluster.name() + "-" + process.replace("-bgp", ""), cluster.socket(process));
                }
            }
        }
        return sockets;
    }
}
