package io.clustermesh.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * One comparison.
 *
 * @param line the bench's line that it belongs to, for example {@code fan-out}
 * @param work what both sides did
 * @param baseline what the opponent did, in words
 * @param ours what the product did, in words
 * @param figure what the goal is about: a ratio, or a plain figure where there is no baseline
 * @param notes what a reader must know to believe it
 */
public record Row(String line, String work, String baseline, String ours, Figure figure, List<String> notes) {

    /**
     * @param value the number
     * @param text as the table shows it
     * @param goal what it should be
     */
    public record Figure(double value, String text, Goal goal) {

        /** Ours in relation to the baseline. */
        public static Figure ratio(double value, Goal goal) {
            return new Figure(value, Figures.ratio(value), goal);
        }

        /** PASS, FAIL, or nothing if there is no goal. */
        public String mark() {
            return goal instanceof Goal.Quoted ? "" : goal.met(value) ? "PASS" : "FAIL";
        }
    }

    public Row {
        notes = List.copyOf(notes);
    }

    /** A row without notes. */
    public static Row of(String line, String work, String baseline, String ours, Figure figure) {
        return new Row(line, work, baseline, ours, figure, List.of());
    }

    /** A line that could not be measured; its goal counts as missed. */
    public static Row failed(String line, String why) {
        return of(line, "not measured", "-", "-", new Figure(0, "-", new Goal.AtLeast(1)))
                .note(why);
    }

    /** This row, its goal missed whatever its figure says. */
    public Row failed(String why) {
        return new Row(line, work, baseline, ours, new Figure(Double.NaN, "-", figure.goal()), notes).note(why);
    }

    /** This row with one more note. */
    public Row note(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new Row(line, work, baseline, ours, figure, more);
    }
}
