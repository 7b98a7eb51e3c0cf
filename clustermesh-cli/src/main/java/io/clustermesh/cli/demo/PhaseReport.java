package io.clustermesh.cli.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one client saw in one phase.
 *
 * @param phase the phase
 * @param client the client's cluster
 * @param counts its requests
 * @param switched from the phase's beginning to the first answer of the cluster that shall answer; empty if the change
 *     was not about this client, or no such answer came
 */
record PhaseReport(Phase phase, String client, Counts counts, Optional<Duration> switched) {

    /** The time in which a change must have reached everybody. */
    static final Duration LIMIT = Duration.ofSeconds(1);

    /**
     * @param requests all that were begun in the phase
     * @param failed those without an answer
     * @param inFlight of those, how many were under way when pods were killed
     * @param strays answers of another cluster than expected, to requests begun later than {@link #LIMIT} into the phase
     * @param answers by the cluster that gave them
     */
    record Counts(int requests, int failed, int inFlight, int strays, Map<String, Integer> answers) {
        Counts {
            answers = Map.copyOf(answers);
        }
    }

    /** Works it out from the client's requests. */
    static PhaseReport of(Phase phase, String client, List<Request> all) {
        List<Request> requests = all.stream()
                .filter(r -> r.client().equals(client))
                .filter(r -> !r.start().isBefore(phase.from()) && r.start().isBefore(phase.to()))
                .sorted(Comparator.comparing(Request::end))
                .toList();
        String expected = phase.expected().getOrDefault(client, client);
        Map<String, Integer> answers = new TreeMap<>();
        int failed = 0;
        int inFlight = 0;
        int strays = 0;
        for (Request request : requests) {
            Optional<String> by = request.answeredBy();
            by.ifPresent(cluster -> answers.merge(cluster, 1, Integer::sum));
            failed += request.failed() ? 1 : 0;
            inFlight += request.failed() && wasInFlight(request, phase) ? 1 : 0;
            boolean late = request.start().isAfter(phase.from().plus(LIMIT));
            strays += late && by.isPresent() && !by.get().equals(expected) ? 1 : 0;
        }
        return new PhaseReport(
                phase,
                client,
                new Counts(requests.size(), failed, inFlight, strays, answers),
                switched(phase, client, expected, all));
    }

    private static boolean wasInFlight(Request request, Phase phase) {
        Optional<Instant> killed = phase.change().killedAt();
        return killed.isPresent()
                && !request.start().isAfter(killed.get())
                && !request.end().isBefore(killed.get());
    }

    private static Optional<Duration> switched(Phase phase, String client, String expected, List<Request> all) {
        if (!phase.change().cluster().equals(Optional.of(client))) {
            return Optional.empty();
        }
        return all.stream()
                .filter(r -> r.client().equals(client))
                .filter(r -> r.answeredBy().equals(Optional.of(expected)))
                .map(Request::end)
                .filter(end -> !end.isBefore(phase.from()) && end.isBefore(phase.to()))
                .min(Comparator.naturalOrder())
                .map(end -> Duration.between(phase.from(), end));
    }

    /** Failures that nothing excuses. */
    int lost() {
        return counts.failed() - counts.inFlight();
    }

    /** Whether the change was about this client. */
    boolean mustSwitch() {
        return phase.change().cluster().equals(Optional.of(client));
    }
}
