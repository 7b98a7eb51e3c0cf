package io.clustermesh.apiserver.access;

import io.clustermesh.apiserver.cache.KeySpan;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a client is, and what it may therefore read.
 *
 * @param kind which sort of client
 * @param user the common name of its certificate, for example {@code remote-east}
 * @param readable ranges of keys; a request must lie within one of them
 */
public record Role(Kind kind, String user, List<KeySpan> readable) {

    /** The sorts of clients. */
    public enum Kind {
        /** The cluster's own control plane. */
        ADMIN,
        /** The cluster's own agents. */
        LOCAL,
        /** A peer cluster. */
        REMOTE
    }

    public Role {
        readable = List.copyOf(readable);
    }

    /** True if every key of {@code span} may be read. */
    public boolean mayRead(KeySpan span) {
        return readable.stream().anyMatch(range -> range.covers(span));
    }

    /** What to tell a client that asks for more: etcd's words first, for those who look for them. */
    public String refusal(KeySpan asked) {
        return "etcdserver: permission denied: %s (role %s) asked for %s but may only read %s"
                .formatted(
                        user,
                        kind.name().toLowerCase(java.util.Locale.ROOT),
                        asked,
                        readable.stream().map(KeySpan::toString).collect(Collectors.joining(", ")));
    }
}
