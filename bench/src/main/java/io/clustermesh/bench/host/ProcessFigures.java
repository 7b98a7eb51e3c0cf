package io.clustermesh.bench.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What proc(5) says of a process. */
public final class ProcessFigures {

    private static final double TICKS_PER_SECOND = 100;

    private ProcessFigures() {}

    /**
     * Resident memory in bytes.
     *
     * @param total all of it, {@code VmRSS}
     * @param anonymous what is its own: heap and stacks, no mapped files
     */
    public record Resident(long total, long anonymous) {}

    /** Its memory now. */
    public static Resident resident(long pid) {
        String status = read(Path.of("/proc/" + pid + "/status"));
        return new Resident(kibibytes(status, "VmRSS:"), kibibytes(status, "RssAnon:"));
    }

    /** User and system time of all its threads since it started, in seconds. */
    public static double cpuSeconds(long pid) {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    private static long kibibytes(String status, String field) {
        return status.lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file + "; the process is gone", e);
        }
    }
}
