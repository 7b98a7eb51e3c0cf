package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Mixin;

/** What the commands that list objects share: whom they ask, and how the result is shown. */
final class ObjectList {

    @Mixin
    private TargetOption target = new TargetOption();

    @Mixin
    private OutputOption output = new OutputOption();

    /**
     * What is listed.
     *
     * @param name of the list in JSON
     * @param path of the list in the admin API
     * @param query its parameters; empty ones are left out
     * @param columns of the table, after the one that says who sees it so
     */
    record Kind(String name, String path, Map<String, String> query, List<Column> columns) {

        String pathAndQuery() {
            List<String> parameters = new ArrayList<>();
            query.forEach((key, value) -> {
                if (!value.isEmpty()) {
                    parameters.add(key + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
                }
            });
            return path + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters));
        }
    }

    /**
     * @param header its name
     * @param cell its text for one object
     */
    record Column(String header, Function<JsonNode, String> cell) {}

    /** The age of the object's cluster, which every table ends with. */
    static final Column AGE = new Column("AGE", item -> AdminView.age(item.path("age")));

    static final Column CLUSTER = new Column("CLUSTER", item -> AdminView.text(item.path("cluster")));

    static String join(JsonNode values) {
        List<String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(value.asText()));
        return texts.isEmpty() ? "-" : String.join(" ", texts);
    }

    /** @return 0 if every cluster answered in full, else 1; the same for tables and JSON */
    int show(Context context, Kind kind) {
        List<String> headers = new ArrayList<>(List.of("SEEN BY"));
        kind.columns().forEach(column -> headers.add(column.header()));
        Table table = new Table(headers.toArray(String[]::new));
        Map<String, Object> json = new LinkedHashMap<>();
        boolean all = true;
        try (Targets targets = target.open(context)) {
            for (ClusterAccess cluster : targets.clusters()) {
                Replicas.Listing listing = new Replicas(cluster).list(kind.pathAndQuery(), context.console());
                all &= listing.whole();
                json.put(cluster.title(), listing.items());
                for (JsonNode item : listing.items()) {
                    List<String> row = new ArrayList<>(List.of(cluster.title()));
                    kind.columns().forEach(column -> row.add(column.cell().apply(item)));
                    table.row(row.toArray());
                }
            }
        }
        if (output.json()) {
            OutputOption.print(context.console(), Map.of("schema", 1, kind.name(), json));
        } else {
            table.lines().forEach(context.console()::result);
        }
        return all ? 0 : 1;
    }
}
