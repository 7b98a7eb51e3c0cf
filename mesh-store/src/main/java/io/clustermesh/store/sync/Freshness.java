package io.clustermesh.store.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far what we hold can be trusted.
 *
 * @param connected a watch stands right now
 * @param synced the prefix was read completely at least once
 * @param sinceLastSign since the other side was last heard of (event, list or idle sign of life); empty if never
 * @param failures failed lists and broken watches since the start
 * @param lastFailure the last of them
 */
public record Freshness(
        boolean connected,
        boolean synced,
        Optional<Duration> sinceLastSign,
        long failures,
        Optional<Failure> lastFailure) {

    /**
     * @param reason what went wrong
     * @param at when
     */
    public record Failure(String reason, Instant at) {}
}
