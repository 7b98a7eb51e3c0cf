package io.clustermesh.cli.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who answered, in tenths of a second: for each client a row of cells, one for each 100 ms in which its requests ended.
 * Pure; a cell is a letter of the cluster that answered.
 *
 * @param start the left edge
 * @param letters a letter for each cluster
 */
record Timeline(Instant start, Map<String, Character> letters) {

    /** The width of a cell. */
    static final Duration CELL = Duration.ofMillis(100);

    /** Cells in a line of output. */
    static final int CELLS_PER_LINE = 10;

    /** At least one request failed. */
    static final char FAILED = 'x';

    /** More than one cluster answered. */
    static final char BOTH = '+';

    /** No request ended. */
    static final char NOBODY = '.';

    Timeline {
        letters = Map.copyOf(letters);
    }

    /** The first letter of each name that no earlier name has taken, in capitals; else a figure. */
    static Map<String, Character> letters(List<String> clusters) {
        Map<String, Character> letters = new LinkedHashMap<>();
        Set<Character> taken = new TreeSet<>();
        int figure = 1;
        for (String cluster : clusters) {
            char letter = 0;
            for (char c : cluster.toUpperCase(java.util.Locale.ROOT).toCharArray()) {
                if (Character.isLetter(c) && c != 'X' && taken.add(c)) {
                    letter = c;
                    break;
                }
            }
            letters.put(cluster, letter == 0 ? (char) ('0' + figure++ % 10) : letter);
        }
        return letters;
    }

    /** The row of {@code client} from cell {@code from} on, {@code count} cells. */
    String row(List<Request> requests, String client, long from, int count) {
        List<Set<Character>> cells = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            cells.add(new TreeSet<>());
        }
        for (Request request : requests) {
            long cell = cellOf(request.end()) - from;
            if (request.client().equals(client) && cell >= 0 && cell < count) {
                char seen = request.answeredBy()
                        .map(by -> letters.getOrDefault(by, '?'))
                        .orElse(FAILED);
                cells.get((int) cell).add(seen);
            }
        }
        StringBuilder row = new StringBuilder();
        for (Set<Character> seen : cells) {
            if (seen.isEmpty()) {
                row.append(NOBODY);
            } else if (seen.contains(FAILED)) {
                row.append(FAILED);
            } else {
                row.append(seen.size() > 1 ? BOTH : seen.iterator().next());
            }
        }
        return row.toString();
    }

    /** The number of the cell in which {@code moment} lies; negative before the start. */
    long cellOf(Instant moment) {
        return Math.floorDiv(Duration.between(start, moment).toNanos(), CELL.toNanos());
    }

    /** Seconds since the start, with a tenth. */
    String clock(Instant moment) {
        return "%.1f s".formatted(Duration.between(start, moment).toNanos() / 1e9);
    }
}
