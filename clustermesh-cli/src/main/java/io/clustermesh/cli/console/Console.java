package io.clustermesh.cli.console;

import java.io.PrintStream;
import java.util.Map;

/**
 * Where a command writes. Thread-safe, a line at a time.
 *
 * @param out results
 * @param err progress and errors
 * @param colour whether {@code out} may have colours and marks beyond ASCII art
 * @param live whether {@code err} is a terminal whose last line may be drawn again
 */
public record Console(PrintStream out, PrintStream err, boolean colour, boolean live) {

    /** Foreground colours that read well on light and dark terminals. */
    public enum Colour {
        RED("31"),
        GREEN("32"),
        YELLOW("33"),
        BLUE("34"),
        CYAN("36"),
        BOLD("1"),
        DIM("2");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    /**
     * The process's own streams. Which of them is a terminal the launcher says, in the property {@code clustermesh.tty}
     * ({@code none}, {@code out} or {@code both}); {@code NO_COLOR} and {@code TERM=dumb} are obeyed.
     */
    public static Console ofProcess(Map<String, String> environment) {
        String tty = System.getProperty("clustermesh.tty", "none");
        boolean plain = environment.containsKey("NO_COLOR") || "dumb".equals(environment.get("TERM"));
        return new Console(System.out, System.err, !plain && !tty.equals("none"), !plain && tty.equals("both"));
    }

    /** A result line. */
    public void result(String line) {
        out.println(line);
    }

    /** A line about what is going on. */
    public void progress(String line) {
        err.println(line);
    }

    /** {@code text} in {@code colour}, if colours are wanted. */
    public String paint(Colour colour, String text) {
        return this.colour ? "\u001b[" + colour.code + "m" + text + "\u001b[0m" : text;
    }

    /** The mark of a check: {@code ok} or {@code FAIL} in plain words where colours are not wanted. */
    public String mark(boolean good) {
        if (colour) {
            return good ? paint(Colour.GREEN, "✓") : paint(Colour.RED, "✗");
        }
        return good ? "ok  " : "FAIL";
    }
}
