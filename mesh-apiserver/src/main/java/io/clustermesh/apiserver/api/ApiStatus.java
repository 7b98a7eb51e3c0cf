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
 * @param requests what became of requests beyond the ordinary read
 * @param refused clients turned away since the start, at the handshake or for want of a role
 * @param lastRefusals the last ones, newest first
 * @param tlsErrors certificate or trust files that can't be used now, one sentence each
 */
public record ApiStatus(
        String listening,
        Map<String, Integer> clients,
        Watches watches,
        Requests requests,
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

    /**
     * @param waiting reads that wait for etcd to say how far it is
     * @param answerBytes bytes of list answers on their way to clients
     */
    public record Now(int waiting, long answerBytes) {}

    /**
     * @param now what waits and flows at this moment
     * @param confirmations times that etcd was asked how far it is, each for all reads that waited
     * @param stale reads that asked for the newest and got what memory held, because etcd did not answer in time
     * @param delayed answers that waited because too many bytes were on their way
     * @param passedThrough calls of the administrator that etcd answered
     * @param writesRefused calls of others that would have written
     * @param floods watches and reads refused because a client had too many of them open
     * @param noLeader watch streams ended because etcd had been away for too long
     */
    public record Requests(
            Now now,
            long confirmations,
            long stale,
            long delayed,
            long passedThrough,
            long writesRefused,
            long floods,
            long noLeader) {}

    public ApiStatus {
        clients = Map.copyOf(clients);
        lastRefusals = List.copyOf(lastRefusals);
        tlsErrors = List.copyOf(tlsErrors);
    }
}
