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
 * @param orphanAge how long what seems left over of a peer is left alone: another replica may know its file before us
 * @param replica who we are among the replicas
 * @param limits how much one peer may cost
 */
public record MirrorTools(
        Clock clock,
        HopTrace hops,
        EventLog events,
        Duration drainGrace,
        Duration orphanAge,
        String replica,
        MirrorLimits limits) {

    /** Long enough for an agent's watch to see the config go. */
    public static final Duration DEFAULT_DRAIN_GRACE = Duration.ofMillis(500);

    private static final Duration DEFAULT_ORPHAN_AGE = Duration.ofSeconds(10);

    /** With the usual waits. */
    public static MirrorTools of(Clock clock, HopTrace hops, EventLog events, String replica, MirrorLimits limits) {
        return new MirrorTools(clock, hops, events, DEFAULT_DRAIN_GRACE, DEFAULT_ORPHAN_AGE, replica, limits);
    }
}
