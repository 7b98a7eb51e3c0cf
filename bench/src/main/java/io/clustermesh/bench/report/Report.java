package io.clustermesh.bench.report;

import io.clustermesh.cli.console.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All rows of a run as text: the table, then its notes by number. */
public final class Report {

    private Report() {}

    /** @param baseline what the opponent is called, the third column's head */
    public static List<String> text(String baseline, List<Row> rows) {
        Map<String, Integer> notes = new LinkedHashMap<>();
        Table table = new Table("LINE", "WORK", baseline, "clustermesh", "RATIO", "GOAL", "", "NOTES");
        for (Row row : rows) {
            List<String> numbers = new ArrayList<>();
            for (String note : row.notes()) {
                notes.putIfAbsent(note, notes.size() + 1);
                numbers.add(String.valueOf(notes.get(note)));
            }
            table.row(
                    row.line(),
                    row.work(),
                    row.baseline(),
                    row.ours(),
                    row.figure().text(),
                    row.figure().goal().text(),
                    row.figure().mark(),
                    String.join(" ", numbers));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("");
        notes.forEach((note, number) -> lines.add("  %2d  %s".formatted(number, note)));
        long failed =
                rows.stream().filter(row -> row.figure().mark().equals("FAIL")).count();
        long passed =
                rows.stream().filter(row -> row.figure().mark().equals("PASS")).count();
        lines.add("");
        lines.add("%d goals met, %d not".formatted(passed, failed));
        return lines;
    }
}
