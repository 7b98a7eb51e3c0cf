package io.clustermesh.bench.dataplane;

import io.clustermesh.bench.host.BenchFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A change of side, in nanoseconds of the monotonic clock.
 *
 * @param before just before it began
 * @param after when it had returned
 * @param side who answers from then on
 */
record Flip(long before, long after, int side) {

    /**
     * A connect.
     *
     * @param begun when it began
     * @param who who answered, -1 if nobody did
     */
    record Connect(long begun, int who) {}

    /** Reads what {@code planeload tables flip} wrote; sides alternate, {@code first} first. */
    static List<Flip> read(Path file, int first, int second) {
        List<Flip> flips = new ArrayList<>();
        for (String[] words : lines(file)) {
            flips.add(new Flip(
                    Long.parseLong(words[0]), Long.parseLong(words[1]), flips.size() % 2 == 0 ? first : second));
        }
        return flips;
    }

    /** Reads what {@code planeload client}'s {@code follow} wrote. */
    static List<Connect> connects(Path file) {
        return lines(file).stream()
                .map(it -> new Connect(Long.parseLong(it[0]), Integer.parseInt(it[1])))
                .toList();
    }

    private static List<String[]> lines(Path file) {
        try {
            return Files.readAllLines(file).stream().map(it -> it.split(" ")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }

    /**
     * For each flip to {@code side}: microseconds from before it until the first connect begins that the new side answers.
     *
     * @param flips in order of time
     * @param connects in order of time
     * @throws BenchFailed if a connect that began after a flip had returned, and ended before the next one began, went to
     *     the old side, or failed
     */
    static List<Double> obeyed(List<Flip> flips, List<Connect> connects, int side) {
        List<Double> micros = new ArrayList<>();
        int at = 0;
        for (int n = 0; n < flips.size(); n++) {
            Flip flip = flips.get(n);
            long end = n + 1 < flips.size() ? flips.get(n + 1).before() : Long.MAX_VALUE;
            boolean found = false;
            for (; at < connects.size() && connects.get(at).begun() < end; at++) {
                Connect connect = connects.get(at);
                boolean whole = at + 1 < connects.size() && connects.get(at + 1).begun() < end;
                if (connect.begun() > flip.after() && whole && connect.who() != flip.side()) {
                    throw new BenchFailed(
                            "a connect that began %d us after the write had returned was answered by %d, not %d"
                                    .formatted((connect.begun() - flip.after()) / 1000, connect.who(), flip.side()));
                }
                if (!found && connect.begun() >= flip.before() && connect.who() == flip.side()) {
                    found = true;
                    if (flip.side() == side) {
                        micros.add((connect.begun() - flip.before()) / 1000.0);
                    }
                }
            }
        }
        if (micros.isEmpty()) {
            throw new BenchFailed("no connect was seen on the new side of any flip");
        }
        return micros;
    }
}
