package io.clustermesh.cli.demo;

import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The demo's last page: what each client saw in each phase, how the news travelled, and the verdict. */
final class Summary {

    private final Console console;
    private final List<String> clusters;

    Summary(Console console, List<String> clusters) {
        this.console = console;
        this.clusters = List.copyOf(clusters);
    }

    void print(List<PhaseReport> reports, List<String> hopTable, Verdict verdict) {
        title("What the clients saw");
        phaseTable(reports).lines().forEach(console::result);
        console.result("");
        title("How the news travelled, in ms after the EndpointSlices were written");
        hopTable.forEach(console::result);
        console.result("");
        title("Verdict");
        for (Verdict.Check check : verdict.checks()) {
            console.result("  %s %s".formatted(console.mark(check.good()), check.text()));
        }
        console.result("");
        console.result(
                verdict.good()
                        ? console.paint(Console.Colour.GREEN, "PASSED")
                        : console.paint(Console.Colour.RED, "FAILED"));
    }

    private void title(String text) {
        console.result(console.paint(Console.Colour.BOLD, text));
    }

    private Table phaseTable(List<PhaseReport> reports) {
        List<String> head =
                new ArrayList<>(List.of("PHASE", "CLIENT IN", "REQUESTS", "FAILED", "IN FLIGHT TO A KILLED POD"));
        clusters.forEach(cluster -> head.add("FROM " + cluster.toUpperCase(Locale.ROOT)));
        head.add("SWITCHED AFTER MS");
        Table table = new Table(head.toArray(String[]::new));
        String last = "";
        for (PhaseReport report : reports) {
            List<Object> row = new ArrayList<>(List.of(
                    report.phase().name().equals(last) ? "" : report.phase().name(),
                    report.client(),
                    report.counts().requests(),
                    report.counts().failed(),
                    report.counts().inFlight()));
            clusters.forEach(cluster -> row.add(report.counts().answers().getOrDefault(cluster, 0)));
            row.add(report.switched()
                    .map(took -> String.format(Locale.ROOT, "%.0f", took.toNanos() / 1e6))
                    .orElse("-"));
            table.row(row.toArray());
            last = report.phase().name();
        }
        return table;
    }
}
