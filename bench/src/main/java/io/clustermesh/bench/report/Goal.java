package io.clustermesh.bench.report;

import java.util.Locale;

/** What a figure should be. */
public sealed interface Goal {

    /** Whether {@code figure} is as it should be. */
    boolean met(double figure);

    /** The goal as the table shows it. */
    String text();

    /** At least so many times the baseline. */
    record AtLeast(double times) implements Goal {
        @Override
        public boolean met(double figure) {
            return figure >= times;
        }

        @Override
        public String text() {
            return ">= " + Figures.ratio(times);
        }
    }

    /** At most so many times the baseline. */
    record AtMost(double times) implements Goal {
        @Override
        public boolean met(double figure) {
            return figure <= times;
        }

        @Override
        public String text() {
            return "<= " + Figures.ratio(times);
        }
    }

    /** Less than so much, for figures without a baseline. */
    record Below(double value, String unit) implements Goal {
        @Override
        public boolean met(double figure) {
            return figure < value;
        }

        @Override
        public String text() {
            return String.format(Locale.ROOT, "< %s %s", Figures.number(value), unit);
        }
    }

    /** None: the row is there to compare with. */
    record Quoted() implements Goal {
        @Override
        public boolean met(double figure) {
            return true;
        }

        @Override
        public String text() {
            return "-";
        }
    }
}
