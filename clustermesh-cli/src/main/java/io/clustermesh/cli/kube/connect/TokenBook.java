package io.clustermesh.cli.kube.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.cli.kube.SecretState;
import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a cluster remembers of join tokens: those that it made, and those of others that it used. Kept in a Secret. */
final class TokenBook {

    /** After their end they are remembered this long, so that people can see what became of them. */
    private static final Duration KEPT = Duration.ofDays(7);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Member own;
    private final Clock clock;

    /** What became of a token. */
    enum State {
        /** Made here, and not answered. */
        OPEN,
        /** Made here, and answered. */
        SPENT,
        /** Made elsewhere, and used here. */
        USED
    }

    /**
     * A remembered token.
     *
     * @param id its id
     * @param state what became of it
     * @param peer the other cluster
     * @param expires its end
     * @param leaf fingerprint of its certificate, SHA-256
     */
    record Entry(String id, State state, String peer, Instant expires, String leaf) {

        Entry as(State other) {
            return new Entry(id, other, peer, expires, leaf);
        }

        private String json() {
            try {
                return JSON.writeValueAsString(
                        Map.of("state", state.name(), "peer", peer, "expires", expires.toString(), "leaf", leaf));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("an entry has no JSON form", e);
            }
        }

        private static Entry parse(String id, String json) {
            try {
                JsonNode root = JSON.readTree(json);
                return new Entry(
                        id,
                        State.valueOf(root.path("state").asText()),
                        root.path("peer").asText(),
                        Instant.parse(root.path("expires").asText()),
                        root.path("leaf").asText());
            } catch (JsonProcessingException | RuntimeException e) {
                throw new CommandFailed(
                        "entry %s of Secret %s can't be read".formatted(id, Names.TOKENS),
                        "delete that key; the token is then worth nothing",
                        e);
            }
        }
    }

    TokenBook(Member own, Clock clock) {
        this.own = own;
        this.clock = clock;
    }

    /** All that is remembered, by id. */
    List<Entry> entries() {
        List<Entry> found = new ArrayList<>();
        content().forEach((id, json) -> found.add(Entry.parse(id, json)));
        return found;
    }

    Optional<Entry> find(String id) {
        return Optional.ofNullable(content().get(id)).map(json -> Entry.parse(id, json));
    }

    private Map<String, String> content() {
        return own.site().secret(Names.TOKENS).map(SecretState::data).orElse(Map.of());
    }

    /**
     * Writes {@code entry} if the book says {@code before} of it until then (none: nothing), which makes a token good for
     * one use though two people try at once. What is long over is forgotten.
     *
     * @return what takes it back
     */
    Optional<SecretEdit> move(Entry entry, Optional<State> before) {
        SecretEdit edit =
                new SecretEdit(own.name(), own.site(), Names.TOKENS, Map.of(entry.id(), entry.json()), outdated());
        return edit.apply(content -> {
            Optional<State> now = Optional.ofNullable(content.get(entry.id()))
                    .map(json -> Entry.parse(entry.id(), json).state());
            if (!now.equals(before)) {
                throw new CommandFailed(
                        "token %s is good for one use, and %s has %s it already"
                                .formatted(
                                        entry.id(),
                                        own.name(),
                                        now.filter(State.SPENT::equals).isPresent() ? "accepted an answer to" : "used"),
                        "clustermesh token create, in the cluster that made it");
            }
        });
    }

    /** Forgets a token; false if it is not known. */
    boolean revoke(String id) {
        return new SecretEdit(own.name(), own.site(), Names.TOKENS, Map.of(), Set.of(id))
                .apply()
                .isPresent();
    }

    private Set<String> outdated() {
        Instant limit = clock.now().minus(KEPT);
        Set<String> ids = new TreeSet<>();
        for (Entry entry : entries()) {
            if (entry.expires().isBefore(limit)) {
                ids.add(entry.id());
            }
        }
        return ids;
    }
}
