package io.clustermesh.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The moments at which a change passed through the processes, as these noted them ({@code /v1/hops}). */
final class Hops {

    /**
     * @param hop name of the hop
     * @param subject {@code namespace/name} of the service
     * @param cluster whose backends changed
     * @param at when
     */
    record Entry(String hop, String subject, String cluster, Instant at) {}

    private Hops() {}

    /** What the process behind {@code socket} noted; nothing if it does not answer. */
    static List<Entry> of(Path socket) {
        try {
            AdminClient.Answer answer = AdminClient.get(socket, "/v1/hops");
            return answer.ok() ? parse(answer.body()) : List.of();
        } catch (AdminClient.Unreachable e) {
            return List.of();
        }
    }

    /** Reads the JSON of {@code /v1/hops}: a list of entries, also one inside an object. */
    static List<Entry> parse(String json) {
        try {
            List<Entry> entries = new ArrayList<>();
            JsonNode root = AdminJson.mapper().readTree(json);
            for (JsonNode node : root.isArray() ? root : root.path("entries")) {
                entries.add(new Entry(
                        node.path("hop").asText(),
                        node.path("subject").asText(),
                        node.path("cluster").asText(),
                        Instant.parse(node.path("at").asText())));
            }
            return entries;
        } catch (JsonProcessingException e) {
            return List.of();
        }
    }

    /** From {@code since} to the first time that a change of {@code cluster}'s {@code subject} was at {@code hop}. */
    static Optional<Duration> first(List<Entry> entries, String hop, String subject, String cluster, Instant since) {
        return entries.stream()
                .filter(e -> e.hop().equals(hop)
                        && e.subject().equals(subject)
                        && e.cluster().equals(cluster))
                .map(Entry::at)
                .filter(at -> !at.isBefore(since))
                .min(Comparator.naturalOrder())
                .map(at -> Duration.between(since, at));
    }
}
