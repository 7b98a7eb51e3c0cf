package io.clustermesh.apiserver.api;

import java.time.Duration;

/**
 * @param eventLoops threads that serve connections
 * @param progressInterval how often an idle watch that asked for it gets a sign of life (etcd: 10 minutes)
 * @param reloadInterval how often certificate and trust files are looked at
 * @param services what one client may ask for
 * @param maxEventsPerMessage events in one watch response at most, where a revision does not bring more; 1 is what etcd
 *     does, and is there to measure what joining them is worth
 */
public record ApiLimits(
        int eventLoops,
        Duration progressInterval,
        Duration reloadInterval,
        ServiceLimits services,
        int maxEventsPerMessage) {

    /**
     * One loop, a sign of life each half minute, files looked at four times a second: a peer that was just connected
     * dials within half a second, and should be known by then.
     */
    public static final ApiLimits DEFAULT =
            new ApiLimits(1, Duration.ofSeconds(30), Duration.ofMillis(250), ServiceLimits.DEFAULT);

    public ApiLimits {
        if (eventLoops < 1 || maxEventsPerMessage < 1) {
            throw new IllegalArgumentException(
                    "the API needs at least 1 event loop and 1 event in a message, not %d and %d; raise them"
                            .formatted(eventLoops, maxEventsPerMessage));
        }
    }

    /** As many events in a message as there are. */
    public ApiLimits(int eventLoops, Duration progressInterval, Duration reloadInterval, ServiceLimits services) {
        this(eventLoops, progressInterval, reloadInterval, services, Integer.MAX_VALUE);
    }
}
