package io.clustermesh.cli.demo;

import io.clustermesh.cli.console.Console;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws the timeline while it goes: a line for each second. Used by one thread; events may come from any. */
final class Painter {

    private static final int LAST = 2000;
    private static final int COLUMN = 18;

    private final Console console;
    private final Timeline timeline;
    private final RequestLog log;
    private final List<String> clients;
    private final List<Event> events = new ArrayList<>();
    private long nextLine;

    private record Event(Instant at, String text) {}

    Painter(Console console, Timeline timeline, RequestLog log, List<String> clients) {
        this.console = console;
        this.timeline = timeline;
        this.log = log;
        this.clients = List.copyOf(clients);
    }

    /** Notes what happens, for the margin. */
    void event(Instant at, String text) {
        synchronized (events) {
            events.add(new Event(at, text));
        }
    }

    /** What the marks mean, and the heads of the columns. */
    void header() {
        List<String> legend = new ArrayList<>();
        timeline.letters().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.comparingInt(clients::indexOf)))
                .forEach(e -> legend.add(colour(e.getValue()) + " answered by " + e.getKey()));
        legend.add(Timeline.BOTH + " by both");
        legend.add(colour(Timeline.FAILED) + " a request failed");
        legend.add(Timeline.NOBODY + " no answer");
        console.result("Each mark is a tenth of a second: " + String.join(", ", legend) + ".");
        console.result("");
        StringBuilder heads = new StringBuilder("  time  ");
        clients.forEach(client -> heads.append(pad("client in " + client)));
        console.result(heads + "what happens");
    }

    /** Draws all seconds that are over at {@code now}; on a terminal also the one that is not. */
    void paint(Instant now) {
        long doneCells = timeline.cellOf(now);
        while ((nextLine + 1) * Timeline.CELLS_PER_LINE < doneCells) {
            String line = line(nextLine, Timeline.CELLS_PER_LINE);
            console.result((console.live() ? "\r\u001b[K" : "") + line);
            nextLine++;
        }
        if (console.live()) {
            int cells = (int) (doneCells - nextLine * Timeline.CELLS_PER_LINE);
            console.out().print("\r\u001b[K" + line(nextLine, Math.clamp(cells, 0, Timeline.CELLS_PER_LINE)));
            console.out().flush();
        }
    }

    /** Draws what is left, at the end. */
    void finish(Instant end) {
        paint(end);
        int cells = (int) (timeline.cellOf(end) - nextLine * Timeline.CELLS_PER_LINE);
        String last = line(nextLine, Math.clamp(cells, 0, Timeline.CELLS_PER_LINE));
        console.result((console.live() ? "\r\u001b[K" : "") + last);
        console.result("");
    }

    private String line(long number, int cells) {
        long from = number * Timeline.CELLS_PER_LINE;
        List<Request> recent = log.last(LAST);
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%4d s  ", number));
        for (String client : clients) {
            String row = timeline.row(recent, client, from, cells);
            row.chars().forEach(cell -> line.append(colour((char) cell)));
            line.append(" ".repeat(COLUMN - row.length()));
        }
        return line.append(eventsIn(from)).toString().stripTrailing();
    }

    private String eventsIn(long from) {
        synchronized (events) {
            return String.join(
                    "; ",
                    events.stream()
                            .filter(e -> {
                                long cell = timeline.cellOf(e.at());
                                return cell >= from && cell < from + Timeline.CELLS_PER_LINE;
                            })
                            .map(e -> "<- " + timeline.clock(e.at()) + "  " + e.text())
                            .toList());
        }
    }

    private String colour(char cell) {
        String text = String.valueOf(cell);
        if (cell == Timeline.FAILED) {
            return console.paint(Console.Colour.RED, text);
        }
        if (cell == Timeline.BOTH) {
            return console.paint(Console.Colour.YELLOW, text);
        }
        List<Console.Colour> palette = List.of(Console.Colour.GREEN, Console.Colour.CYAN);
        for (int i = 0; i < clients.size(); i++) {
            if (timeline.letters().getOrDefault(clients.get(i), ' ') == cell) {
                return console.paint(palette.get(i % palette.size()), text);
            }
        }
        return text;
    }

    private static String pad(String text) {
        return text + " ".repeat(Math.max(1, COLUMN - text.length()));
    }
}
