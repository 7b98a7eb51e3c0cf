package io.clustermesh.apiserver.mirror;

import io.clustermesh.apiserver.mirror.MirrorStatus.State;
import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.sync.Freshness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a mirror knows about itself, for status. The mirror's thread writes, any thread reads. */
final class MirrorView {

    /** Heartbeats come every minute; two that are missing mean that the peer says nothing any more (as Cilium). */
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final ClusterName peer;
    private final String replica;
    private final PeerBudget budget;
    private final Clock clock;
    private volatile Optional<PeerSession> session = Optional.empty();
    private volatile Optional<ClusterConfig> config = Optional.empty();
    private volatile List<ResourceMirror> resources = List.of();
    private volatile Optional<Freshness.Failure> lastFailure = Optional.empty();
    private volatile Optional<Long> lastSignNanos = Optional.empty();
    private volatile long failures;
    private volatile boolean draining;
    private volatile long cacheRevocations;

    MirrorView(ClusterName peer, String replica, PeerBudget budget, Clock clock) {
        this.peer = peer;
        this.replica = replica;
        this.budget = budget;
        this.clock = clock;
    }

    /** What the replica said that mirrored the peer before us. */
    void resumed(MirrorStatus before) {
        before.connection()
                .lastEventAge()
                .ifPresent(age -> lastSignNanos = Optional.of(clock.monotonicNanos() - age.toNanos()));
        failures = before.connection().failures();
        cacheRevocations = before.cost().cacheRevocations();
    }

    void revoked(long times) {
        cacheRevocations = times;
    }

    long revocations() {
        return cacheRevocations;
    }

    void session(Optional<PeerSession> now) {
        age().ifPresent(age -> lastSignNanos = Optional.of(clock.monotonicNanos() - age.toNanos()));
        failures = failures + readers().stream().mapToLong(Freshness::failures).sum();
        session = now;
    }

    void failed(String reason) {
        failures++;
        lastFailure = Optional.of(new Freshness.Failure(reason, clock.now()));
    }

    /** A config is refused; counted once for each reason. */
    void refused(String reason) {
        boolean same = lastFailure.map(Freshness.Failure::reason).equals(Optional.of(reason));
        if (!same) {
            failed(reason);
        }
    }

    void judged(Optional<ClusterConfig> accepted) {
        config = accepted;
    }

    Optional<ClusterConfig> config() {
        return config;
    }

    void resources(List<ResourceMirror> now) {
        resources = List.copyOf(now);
    }

    List<ResourceMirror> resources() {
        return resources;
    }

    void draining() {
        draining = true;
    }

    Freshness freshness() {
        List<Freshness> readers = readers();
        MirrorStatus.Connection connection = connection();
        return new Freshness(
                connection.connected(),
                !readers.isEmpty() && readers.stream().allMatch(Freshness::synced),
                connection.lastEventAge(),
                connection.failures(),
                connection.lastFailure());
    }

    MirrorStatus status() {
        MirrorStatus.Connection connection = connection();
        List<MirrorStatus.ResourceStatus> rows =
                resources.stream().map(ResourceMirror::status).toList();
        PeerBudget.Used used = budget.used();
        return new MirrorStatus(
                peer,
                state(connection, rows),
                connection,
                config,
                rows,
                new MirrorStatus.Owner(replica, true, Duration.ZERO),
                new MirrorStatus.Cost(used.keys(), used.bytes(), used.heldBack(), used.overLimit(), cacheRevocations));
    }

    private State state(MirrorStatus.Connection connection, List<MirrorStatus.ResourceStatus> rows) {
        boolean copied = !rows.isEmpty() && rows.stream().allMatch(MirrorStatus.ResourceStatus::synced);
        if (draining) {
            return State.DRAINING;
        }
        if (connection.staleSince().isPresent() && copied) {
            return State.STALE;
        }
        if (!connection.connected()) {
            return State.CONNECTING;
        }
        if (config.isEmpty()) {
            return State.WAITING_FOR_CONFIG;
        }
        boolean followed = resources.stream().allMatch(ResourceMirror::followed);
        return copied && followed ? State.READY : State.SYNCING;
    }

    private MirrorStatus.Connection connection() {
        List<Freshness> readers = readers();
        boolean connected = session.map(PeerSession::connected).orElse(false);
        Optional<Duration> age = age();
        boolean silent = age.filter(a -> a.compareTo(SILENCE) > 0).isPresent();
        Optional<Instant> staleSince = connected && !silent
                ? Optional.empty()
                : age.map(a -> clock.now().minus(a));
        long failed = failures + readers.stream().mapToLong(Freshness::failures).sum();
        return new MirrorStatus.Connection(connected, age, staleSince, failed, newestFailure(readers));
    }

    private Optional<Freshness.Failure> newestFailure(List<Freshness> readers) {
        List<Freshness.Failure> all = new ArrayList<>();
        lastFailure.ifPresent(all::add);
        readers.forEach(reader -> reader.lastFailure().ifPresent(all::add));
        resources.forEach(resource -> resource.writeFailure().ifPresent(all::add));
        return all.stream().max(Comparator.comparing(Freshness.Failure::at));
    }

    /** Since the peer was last heard of, by us or whoever mirrored it before. */
    Optional<Duration> age() {
        Optional<Duration> before = lastSignNanos.map(at -> Duration.ofNanos(clock.monotonicNanos() - at));
        return readers().stream()
                .flatMap(reader -> reader.sinceLastSign().stream())
                .min(Comparator.naturalOrder())
                .or(() -> before);
    }

    private List<Freshness> readers() {
        List<Freshness> all = new ArrayList<>();
        session.ifPresent(open -> all.addAll(open.freshness()));
        resources.forEach(resource -> resource.freshness().ifPresent(all::add));
        return all;
    }
}
