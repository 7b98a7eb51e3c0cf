package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.sync.Freshness;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One peer, as {@code status} shows it.
 *
 * @param cluster the peer
 * @param state what its mirror is doing
 * @param connection how it is reached
 * @param config what it says of itself, once read and accepted
 * @param resources what is mirrored of it
 * @param owner which replica mirrors it
 * @param cost what it costs us
 */
public record MirrorStatus(
        ClusterName cluster,
        State state,
        Connection connection,
        Optional<ClusterConfig> config,
        List<ResourceStatus> resources,
        Owner owner,
        Cost cost) {

    /**
     * @param replica the replica that mirrors the peer; empty if none does now
     * @param here it is this one
     * @param age how old what is shown here is; zero if this replica mirrors the peer itself
     */
    public record Owner(String replica, boolean here, Duration age) {}

    /**
     * @param keys keys held of the peer
     * @param bytes their size, values included
     * @param heldBack how long its changes were made to wait for their rate, in total
     * @param overLimit times that it was cut off for publishing too much
     * @param cacheRevocations times that its services were removed since it was away too long
     */
    public record Cost(long keys, long bytes, Duration heldBack, long overLimit, long cacheRevocations) {
        static final Cost NONE = new Cost(0, 0, Duration.ZERO, 0, 0);
    }

    /** What a mirror is doing. */
    public enum State {
        /** Not reached yet. */
        CONNECTING,
        /** Reached, its config is not there or not acceptable. */
        WAITING_FOR_CONFIG,
        /** Config accepted, first lists under way. */
        SYNCING,
        /** Everything mirrored, changes follow. */
        READY,
        /** Was mirrored; the connection is lost and the copy stays. */
        STALE,
        /** Disconnected; what was mirrored is being deleted. */
        DRAINING
    }

    /**
     * @param connected the heartbeat is watched right now
     * @param lastEventAge since the peer was last heard of
     * @param staleSince since when the copy may be out of date; empty if it is not
     * @param failures failed calls, broken watches and rejected configs since the start
     * @param lastFailure the last of them, with what to do about it
     */
    public record Connection(
            boolean connected,
            Optional<Duration> lastEventAge,
            Optional<Instant> staleSince,
            long failures,
            Optional<Freshness.Failure> lastFailure) {}

    /**
     * @param resource {@code nodes}, {@code services}, {@code identities} or {@code ips}
     * @param synced listed, and the copy is complete in our etcd
     * @param entries entries mirrored
     * @param refusedCount entries of the peer that are not mirrored
     * @param refused the first of them
     */
    public record ResourceStatus(
            String resource, boolean synced, int entries, int refusedCount, List<Refusal> refused) {}

    /**
     * @param key the peer's key
     * @param reason rule, value seen and remedy
     */
    public record Refusal(String key, String reason) {}

    /** Connected, config accepted, every resource synced. */
    public boolean ready() {
        return state == State.READY;
    }
}
