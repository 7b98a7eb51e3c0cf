package io.clustermesh.cli.console;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell, two spaces between; figures to the right. Not thread-safe. */
public final class Table {

    private final List<List<String>> rows = new ArrayList<>();

    /** @param header the column names */
    public Table(String... header) {
        rows.add(List.of(header));
    }

    /** Adds a row with a cell for each column. */
    public Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        if (row.size() != rows.getFirst().size()) {
            throw new IllegalArgumentException("a row of %d cells in a table of %d columns"
                    .formatted(row.size(), rows.getFirst().size()));
        }
        rows.add(row);
        return this;
    }

    /** The lines, header first, without trailing blanks. */
    public List<String> lines() {
        int columns = rows.getFirst().size();
        int[] width = new int[columns];
        boolean[] figures = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            figures[column] = rows.size() > 1;
            for (int r = 0; r < rows.size(); r++) {
                String cell = rows.get(r).get(column);
                width[column] = Math.max(width[column], cell.length());
                figures[column] &= r == 0 || isFigure(cell);
            }
        }
        return rows.stream().map(row -> line(row, width, figures)).toList();
    }

    private static String line(List<String> row, int[] width, boolean[] figures) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String cell = row.get(column);
            String pad = " ".repeat(width[column] - cell.length());
            line.append(column == 0 ? "" : "  ").append(figures[column] ? pad + cell : cell + pad);
        }
        return line.toString().stripTrailing();
    }

    private static boolean isFigure(String cell) {
        return cell.isEmpty() || cell.equals("-") || cell.matches("[0-9]+([.][0-9]+)?( (s|ms|min))?");
    }
}
