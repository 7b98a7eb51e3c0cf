package io.clustermesh.nodesync.stuck;

import io.clustermesh.model.Protocol;
import java.util.Optional;
import java.util.Set;

/**
 * What was done about sockets on dead backends since the start.
 *
 * @param protocols whose sockets are ended; none if that is switched off, or not possible here
 * @param rounds how often all translated sockets were looked at
 * @param ended sockets
 * @param refused sockets that the kernel would not end
 * @param lastFound translated sockets in the last round
 * @param lastError why the last round came to nothing, if it did
 */
public record StuckReport(
        Set<Protocol> protocols, long rounds, long ended, long refused, int lastFound, Optional<String> lastError) {

    public StuckReport {
        protocols = Set.copyOf(protocols);
    }

    /** Nothing is looked at; {@code why} if somebody wanted it. */
    public static StuckReport off(Optional<String> why) {
        return new StuckReport(Set.of(), 0, 0, 0, 0, why);
    }

    StuckReport after(int found, int moreEnded, int moreRefused) {
        return new StuckReport(
                protocols, rounds + 1, ended + moreEnded, refused + moreRefused, found, Optional.empty());
    }

    StuckReport failed(String error) {
        return new StuckReport(protocols, rounds + 1, ended, refused, lastFound, Optional.of(error));
    }
}
