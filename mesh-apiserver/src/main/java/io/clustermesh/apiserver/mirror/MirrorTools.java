package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.HopTrace;
import java.time.Duration;

/**
 * What every mirror of the process uses.
 *
 * @param clock the time
 * @param hops marks services received and mirrored
 * @param events where refusals are noted
 * @param drainGrace how long after its config the copy of a removed peer is deleted, so that agents that read it let go
 *     first; Cilium waits 3 minutes, our agents need no such wait
 */
public record MirrorTools(Clock clock, HopTrace hops, EventLog events, Duration drainGrace) {

    /** Long enough for an agent's watch to see the config go. */
    public static final Duration DEFAULT_DRAIN_GRACE = Duration.ofMillis(500);
}
