package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.home.ClusterAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The mesh-apiservers of one cluster. What they show of the mesh is the same in all of them, so the first that answers is
 * enough, and those that don't are named; what each knows for itself is asked of each.
 *
 * @param cluster the cluster
 */
record Replicas(ClusterAccess cluster) {

    private static final int PAGE = 1000;

    /**
     * A list, complete.
     *
     * @param items its rows
     * @param whole false if no replica gave all of it
     */
    record Listing(List<JsonNode> items, boolean whole) {}

    /** All pages of the list at {@code path}, which may have a query; silent replicas are named on {@code console}. */
    Listing list(String path, Console console) {
        List<JsonNode> items = new ArrayList<>();
        String next = "";
        do {
            String separator = path.contains("?") ? "&" : "?";
            Optional<JsonNode> page =
                    first(path + separator + "limit=" + PAGE + (next.isEmpty() ? "" : "&continue=" + next), console);
            if (page.isEmpty()) {
                return new Listing(items, false);
            }
            page.get().path("items").forEach(items::add);
            next = page.get().path("continue").asText("");
        } while (!next.isEmpty() && !next.equals("null"));
        return new Listing(items, true);
    }

    /** The answer of the first replica that has one; what kept the others from it is said on {@code console}. */
    Optional<JsonNode> first(String path, Console console) {
        for (String replica : cluster.apiservers()) {
            AdminView view = AdminView.of(cluster, replica, path);
            if (view.error().isEmpty()) {
                return Optional.of(view.body());
            }
            String detail = view.body().path("detail").asText(view.cause().orElse(""));
            console.progress("%s of %s %s%s"
                    .formatted(replica, cluster.title(), view.error().get(), detail.isEmpty() ? "" : ": " + detail));
        }
        return Optional.empty();
    }

    /**
     * Each connection once, by peer: as told by the replica that holds it, or if that one is silent, by the one that
     * heard of the peer last.
     */
    Map<String, JsonNode> connections() {
        Map<String, JsonNode> best = new TreeMap<>();
        Map<String, Boolean> byOwner = new TreeMap<>();
        for (String replica : cluster.apiservers()) {
            AdminView view = AdminView.of(cluster, replica, "/v1/connections");
            if (view.error().isPresent()) {
                continue;
            }
            String speaker = view.body().path("source").path("replica").asText();
            for (JsonNode connection : view.body().path("items")) {
                String peer = connection.path("cluster").asText();
                boolean holds = connection.path("owner").asText().equals(speaker);
                JsonNode before = best.get(peer);
                boolean better = before == null
                        || holds && !byOwner.getOrDefault(peer, false)
                        || holds == byOwner.getOrDefault(peer, false)
                                && age(connection).compareTo(age(before)) < 0;
                if (better) {
                    best.put(peer, connection);
                    byOwner.put(peer, holds);
                }
            }
        }
        return best;
    }

    private static Duration age(JsonNode connection) {
        return AdminView.duration(connection.path("age")).orElse(Duration.ofDays(100_000));
    }
}
