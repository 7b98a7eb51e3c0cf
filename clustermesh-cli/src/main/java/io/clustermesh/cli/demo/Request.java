package io.clustermesh.cli.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * One request of a client.
 *
 * @param client the cluster the client is in
 * @param start when it was begun
 * @param took how long it took until the answer was read, or it failed
 * @param outcome what came of it
 */
public record Request(String client, Instant start, Duration took, Outcome outcome) {

    /** What came of a request. */
    public sealed interface Outcome {}

    /** @param cluster whose pod answered */
    public record Answered(String cluster) implements Outcome {}

    /** @param reason one word: refused, timeout, reset, closed, ... */
    public record Failed(String reason) implements Outcome {}

    /** When it was over. */
    public Instant end() {
        return start.plus(took);
    }

    /** The cluster that answered; empty for a failure. */
    public Optional<String> answeredBy() {
        return outcome instanceof Answered answered ? Optional.of(answered.cluster()) : Optional.empty();
    }

    public boolean failed() {
        return outcome instanceof Failed;
    }

    /** As the client writes it: {@code <start in µs> <took in µs> ok|failed <cluster or reason>}. */
    String line() {
        String what = switch (outcome) {
            case Answered answered -> "ok " + answered.cluster();
            case Failed failed -> "failed " + failed.reason();
        };
        return "%d %d %s".formatted(ChronoUnit.MICROS.between(Instant.EPOCH, start), took.toNanos() / 1000, what);
    }

    /** Reads {@link #line()}; empty for anything else. */
    static Optional<Request> parse(String client, String line) {
        String[] words = line.split(" ");
        if (words.length != 4 || !words[0].matches("[0-9]{1,18}") || !words[1].matches("[0-9]{1,15}")) {
            return Optional.empty();
        }
        Outcome outcome = words[2].equals("ok") ? new Answered(words[3]) : new Failed(words[3]);
        return Optional.of(new Request(
                client,
                Instant.EPOCH.plus(Long.parseLong(words[0]), ChronoUnit.MICROS),
                Duration.ofNanos(Long.parseLong(words[1]) * 1000),
                outcome));
    }
}
