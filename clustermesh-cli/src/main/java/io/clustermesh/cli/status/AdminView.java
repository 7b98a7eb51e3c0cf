package io.clustermesh.cli.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One answer of a process's admin API.
 *
 * @param body what it said; a missing node if it said nothing of use
 * @param error why not; empty if it answered
 * @param cause what is behind the error, where that says more
 */
record AdminView(JsonNode body, Optional<String> error, Optional<String> cause) {

    AdminView(JsonNode body, Optional<String> error) {
        this(body, error, Optional.empty());
    }

    /** Asks {@code process}; never fails. */
    static AdminView of(ClusterAccess cluster, String process, String path) {
        return ask(() -> cluster.send(process, "GET", path));
    }

    /** Asks on a unix socket; never fails. */
    static AdminView of(Path socket, String path) {
        return ask(() -> AdminClient.get(socket, path));
    }

    private static AdminView ask(Supplier<AdminClient.Answer> question) {
        try {
            AdminClient.Answer answer = question.get();
            JsonNode body = AdminJson.mapper().readTree(answer.body());
            return answer.ok()
                    ? new AdminView(body, Optional.empty())
                    : new AdminView(body, Optional.of("answers " + answer.status()));
        } catch (AdminClient.Unreachable e) {
            return new AdminView(
                    missing(),
                    Optional.of("does not answer"),
                    Optional.of(e.reason()).filter(reason -> !reason.isEmpty()));
        } catch (JsonProcessingException e) {
            return new AdminView(missing(), Optional.of("answers no JSON"));
        }
    }

    static JsonNode missing() {
        return AdminJson.mapper().missingNode();
    }

    /** A JSON duration, {@code PT1.5S}. */
    static Optional<Duration> duration(JsonNode node) {
        try {
            return node.isTextual() ? Optional.of(Duration.parse(node.asText())) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** A JSON moment, {@code 2026-01-01T00:00:00Z}. */
    static Optional<Instant> instant(JsonNode node) {
        try {
            return node.isTextual() ? Optional.of(Instant.parse(node.asText())) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** For people: {@code 1.5 s}, {@code 3 min}; what another clock dates later than ours says is as young as can be. */
    static String age(Duration duration) {
        double seconds = Math.max(0, duration.toMillis()) / 1000.0;
        return seconds < 60
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : String.format(Locale.ROOT, "%.0f min", seconds / 60);
    }

    /** How far a copy is behind, in milliseconds; {@code -} if that is not known. */
    static String lag(JsonNode lag) {
        return duration(lag.path("lastChange"))
                .map(behind -> String.format(Locale.ROOT, "%.1f ms", behind.toNanos() / 1e6))
                .orElse("-");
    }

    /** A JSON duration for people; {@code -} if there is none. */
    static String age(JsonNode node) {
        return duration(node).map(AdminView::age).orElse("-");
    }

    /** A value for people: {@code -} if there is none. */
    static String text(JsonNode node) {
        return node.isMissingNode() || node.isNull() || node.asText().isEmpty() ? "-" : node.asText();
    }
}
