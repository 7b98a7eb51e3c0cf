package io.clustermesh.apiserver.cache;

import java.time.Instant;
import java.util.Optional;

/**
 * How the cache's connection to etcd stands.
 *
 * @param following true while the watch runs; false while the cache answers from what it last saw
 * @param lastHeard when etcd last sent anything
 * @param rebuilds how often everything had to be listed, the first time included
 * @param failures connections lost or refused in a row
 * @param lastError the last failure, for people
 */
public record FeedStatus(
        boolean following, Optional<Instant> lastHeard, long rebuilds, long failures, Optional<String> lastError) {}
