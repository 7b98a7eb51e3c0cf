package io.clustermesh.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** How figures are written and medians taken. */
public final class Figures {

    private Figures() {}

    /** Three digits at least, no exponent: {@code 0.412}, {@code 41.2}, {@code 412}, {@code 1,234}. */
    public static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        String text = String.format(Locale.ROOT, format, value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }

    /** {@code 8x}, {@code 0.6x}, {@code 12.3x}. */
    public static String ratio(double value) {
        return number(value) + "x";
    }

    /** Microseconds as milliseconds with their unit. */
    public static String millis(double micros) {
        return number(micros / 1000) + " ms";
    }

    /** Bytes as mebibytes with their unit. */
    public static String mebibytes(long bytes) {
        return number((double) bytes / (1 << 20)) + " MiB";
    }

    /** The middle one by {@code by}, the lower of the two middle ones of an even number. */
    public static <T> T median(List<T> samples, ToDoubleFunction<T> by) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("no samples, so no median; run at least one round");
        }
        List<T> sorted = samples.stream()
                .sorted((a, b) -> Double.compare(by.applyAsDouble(a), by.applyAsDouble(b)))
                .toList();
        return sorted.get((sorted.size() - 1) / 2);
    }
}
