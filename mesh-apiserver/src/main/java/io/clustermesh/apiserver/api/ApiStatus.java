package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Refusals.Refusal;
import java.util.List;
import java.util.Map;

/**
 * What the API is doing, for the status view.
 *
 * @param listening address and port
 * @param clients connections by user, for example {@code remote-east}
 * @param watches open watches and what became of others
 * @param refused clients turned away since the start, at the handshake or for want of a role
 * @param lastRefusals the last ones, newest first
 * @param tlsErrors certificate or trust files that can't be used now, one sentence each
 */
public record ApiStatus(
        String listening,
        Map<String, Integer> clients,
        Watches watches,
        long refused,
        List<Refusal> lastRefusals,
        List<String> tlsErrors) {

    /**
     * @param open watches now
     * @param cut watches ended because they were too slow or the history changed
     * @param batches event messages sent
     * @param encoded event batches encoded; the rest was shared
     */
    public record Watches(int open, long cut, long batches, long encoded) {}

    public ApiStatus {
        clients = Map.copyOf(clients);
        lastRefusals = List.copyOf(lastRefusals);
        tlsErrors = List.copyOf(tlsErrors);
    }
}
