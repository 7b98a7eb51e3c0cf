package io.clustermesh.apiserver.h2;

import java.util.EnumMap;
import java.util.Map;

/**
 * Counts what costs a client nothing and us something, on one connection, between two beats. A client that behaves comes
 * nowhere near these bounds.
 *
 * @see <a href="https://kb.cert.org/vuls/id/605641">the HTTP/2 floods of 2019</a> and rapid reset, CVE-2023-44487
 */
final class Floods {

    /** Sorts of cheap frames and how many of them are borne. */
    enum Kind {
        RESET(2_000),
        SETTINGS(200),
        /** Pings with nothing sent by us since the last one; gRPC clients ping to measure their window while data comes. */
        IDLE_PING(500),
        PRIORITY(20_000),
        EMPTY_DATA(1_000),
        UNKNOWN(1_000),
        /** Answers that wait because the client does not read. */
        UNREAD_ANSWER(5_000);

        private final int bearable;

        Kind(int bearable) {
            this.bearable = bearable;
        }
    }

    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

    /** Counts one; false if it is one too many. */
    boolean bears(Kind kind) {
        return counts.merge(kind, 1, Integer::sum) <= kind.bearable;
    }

    void forgive(Kind kind) {
        counts.remove(kind);
    }

    void beat() {
        counts.clear();
    }
}
