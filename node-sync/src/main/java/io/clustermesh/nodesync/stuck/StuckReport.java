package io.clustermesh.nodesync.stuck;

import io.clustermesh.bpf.sockets.TranslatedSockets.Outcome;
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
 * @param lastError why the last round came to nothing, or what it could not look into
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

    StuckReport after(Outcome outcome) {
        Optional<String> unseen = outcome.cause()
                .map(cause ->
                        "%d of %d network namespaces could not be looked into (%s); their sockets are not ended, give node-sync CAP_SYS_ADMIN and the host's PID namespace"
                                .formatted(outcome.unseen(), outcome.unseen() + outcome.namespaces(), cause));
        return new StuckReport(
                protocols, rounds + 1, ended + outcome.ended(), refused + outcome.refused(), outcome.found(), unseen);
    }

    StuckReport failed(String error) {
        return new StuckReport(protocols, rounds + 1, ended, refused, lastFound, Optional.of(error));
    }
}
