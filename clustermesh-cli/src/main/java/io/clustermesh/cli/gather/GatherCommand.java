package io.clustermesh.cli.gather;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.status.MeshStatus;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gather}. */
@Command(
        name = "gather",
        description = {
            "Puts what the clusters say of themselves into one archive, for a report of a fault.",
            "Keys, tokens and passwords are left out; look into it before you pass it on all the same."
        },
        footer = {"", "Example:  clustermesh gather --context kind-west,kind-east"})
public final class GatherCommand implements Callable<Integer> {

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    /** What every process has; what one lacks answers 404 and is left out. */
    private static final List<String> EVERYWHERE = List.of("/readyz", "/v1/status", "/metrics");

    /** What mesh-apiserver has besides. Lists: their first page. */
    private static final List<String> OF_APISERVER = List.of(
            "/v1/clusters",
            "/v1/connections",
            "/v1/events",
            "/v1/hops",
            "/v1/drains",
            "/v1/services?limit=1000",
            "/v1/nodes?limit=1000",
            "/v1/identities?limit=1000",
            "/v1/endpoints?limit=1000");

    private final Context context;

    @Mixin
    private TargetOption target = new TargetOption();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Where to write it (default: clustermesh-<time>.tar.gz in this folder).")
    private @Nullable Path file;

    public GatherCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Instant now = context.clock().now();
        String name = "clustermesh-" + STAMP.format(now);
        Path path = file == null ? Path.of(name + ".tar.gz") : file;
        try (Targets targets = target.open(context);
                TarGz archive = TarGz.create(path, now)) {
            Bundle bundle = new Bundle(archive, name);
            bundle.add("status.json", pretty(MeshStatus.ask(targets.clusters(), now)));
            for (ClusterAccess cluster : targets.clusters()) {
                context.console().progress("asking " + cluster.title());
                gather(bundle, cluster);
            }
            bundle.finish();
            context.console().result("%s: %d files".formatted(path, bundle.files()));
            return 0;
        } catch (IOException e) {
            throw new CommandFailed("could not write %s: %s".formatted(path, e), "name another place with --file", e);
        }
    }

    private static void gather(Bundle bundle, ClusterAccess cluster) throws IOException {
        String folder = safe(cluster.title()) + "/";
        for (String process : cluster.processes()) {
            for (String view : EVERYWHERE) {
                bundle.add(folder + process + safe(view) + suffix(view), answer(cluster, process, view));
            }
        }
        gatherNodeSyncs(bundle, cluster, folder);
        for (String replica : cluster.apiservers()) {
            for (String view : OF_APISERVER) {
                bundle.add(folder + replica + safe(view) + suffix(view), answer(cluster, replica, view));
            }
        }
        for (Map.Entry<String, String> fact : cluster.facts().entrySet()) {
            bundle.add(folder + safe(fact.getKey()), fact.getValue());
        }
    }

    /** Those that take a command to ask. Who may not look for them still gets the rest, and is told. */
    private static void gatherNodeSyncs(Bundle bundle, ClusterAccess cluster, String folder) throws IOException {
        Map<String, String> nodeSyncs;
        try {
            nodeSyncs = cluster.nodeSyncs();
        } catch (CommandFailed e) {
            bundle.add(folder + "node-syncs.txt", "could not be found: " + e.getMessage() + "\n");
            return;
        }
        for (Map.Entry<String, String> nodeSync : nodeSyncs.entrySet()) {
            if (!cluster.processes().contains(nodeSync.getValue())) {
                bundle.add(
                        folder + safe(nodeSync.getKey()) + "-node-sync_v1_status.json",
                        answer(cluster, nodeSync.getValue(), "/v1/status"));
            }
        }
    }

    private static String answer(ClusterAccess cluster, String process, String view) {
        try {
            AdminClient.Answer answer = cluster.send(process, "GET", view);
            return view.equals("/metrics")
                    ? answer.body()
                    : pretty(AdminJson.mapper().readTree(answer.body()));
        } catch (AdminClient.Unreachable e) {
            return "could not be asked: " + e.getMessage() + "\n";
        } catch (JsonProcessingException e) {
            return "answered no JSON: " + e.getOriginalMessage() + "\n";
        }
    }

    private static String pretty(Object value) {
        ObjectMapper json = AdminJson.mapper();
        try {
            return json.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer has no JSON form", e);
        }
    }

    private static String suffix(String view) {
        return view.equals("/metrics") ? ".txt" : ".json";
    }

    private static String safe(String text) {
        return text.replaceAll("\\?.*", "").replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
