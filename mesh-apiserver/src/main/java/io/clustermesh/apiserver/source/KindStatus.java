package io.clustermesh.apiserver.source;

import java.time.Duration;
import java.util.Optional;

/**
 * How a source does with one kind of object.
 *
 * @param kind {@code Service}, {@code Pod}
 * @param state what it does now
 * @param synced it has told everything that was there at the start
 * @param objects objects told of and not gone
 * @param sinceLastEvent since an object was last seen to change; empty if none has
 * @param sinceLastSign since the API server was last heard of, events or not; empty if never
 * @param lists times that all of them were listed; more than once if history was lost
 * @param failures lists and watches that failed since the start
 * @param problem what is wrong now, and what to do about it
 */
public record KindStatus(
        String kind,
        State state,
        boolean synced,
        int objects,
        Optional<Duration> sinceLastEvent,
        Optional<Duration> sinceLastSign,
        long lists,
        long failures,
        Optional<String> problem) {

    /** What a source does with a kind. */
    public enum State {
        /** Reads all of them. */
        LISTING,
        /** Has read all, and follows. */
        WATCHING,
        /** May not read them, and asks again now and then. */
        DENIED,
        /** There is no such kind here (its CRD is not installed); looks again now and then. */
        ABSENT,
        /** Can't read them now, and tries again. */
        FAILING
    }
}
