package io.clustermesh.bgp.speaker;

import io.clustermesh.bgp.fsm.ConnectionState;
import io.clustermesh.bgp.fsm.ConnectionState.Established;
import io.clustermesh.bgp.fsm.DialState;
import io.clustermesh.bgp.fsm.Timer;
import io.clustermesh.bgp.rib.ImportPolicy.Refusal;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.store.runtime.Backoff;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A neighbour: when to dial it, its connections (two during a collision), its history. Owned by the speaker's thread. */
final class Neighbor {

    /** How long a neighbour that announced too much is not talked to. */
    static final Duration PENALTY = Duration.ofMinutes(1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    final SpeakerConfig.Neighbor config;
    final List<Wire> wires = new ArrayList<>(2);
    final Backoff backoff;
    final Set<Family> endOfRib = EnumSet.noneOf(Family.class);
    final Set<Refusal> refusalsTold = EnumSet.noneOf(Refusal.class);
    DialState dial;
    Timer penalty = Timer.NEVER;
    Optional<SocketChannel> dialing = Optional.empty();
    Optional<Instant> establishedAt = Optional.empty();
    long failures;
    long sessions;
    String lastError = "";

    Neighbor(SpeakerConfig.Neighbor config, Duration connectRetry, long nowNanos) {
        this.config = config;
        this.backoff = new Backoff(FIRST_PAUSE, connectRetry.compareTo(FIRST_PAUSE) < 0 ? FIRST_PAUSE : connectRetry);
        // an active one dials at the first tick
        this.dial = config.passive() ? new DialState.Active(Timer.NEVER) : new DialState.Idle(new Timer(nowNanos, 1));
    }

    IpAddress address() {
        return config.address();
    }

    Optional<Wire> established() {
        return wires.stream().filter(w -> w.state() instanceof Established).findFirst();
    }

    Optional<Wire> other(Wire wire) {
        return wires.stream().filter(w -> w != wire).findFirst();
    }

    boolean punished(long nowNanos) {
        return penalty.lengthNanos() > 0 && !penalty.expired(nowNanos);
    }

    /** A pause after a failure, longer each time; while punished, to its end. Passive ones wait for a call. */
    Timer pause(long nowNanos) {
        if (config.passive()) {
            return Timer.NEVER;
        }
        Duration pause = backoff.afterFailure();
        return punished(nowNanos) ? penalty : Timer.of(nowNanos, pause);
    }

    long leftNanos(long nowNanos) {
        long left = dial.leftNanos(nowNanos);
        for (Wire wire : wires) {
            left = Math.min(left, wire.state().leftNanos(nowNanos));
        }
        return left;
    }

    /** The RFC's name of the most advanced state. */
    String stateName() {
        return wires.stream()
                .map(Wire::state)
                .max(Comparator.comparingInt(Neighbor::rank))
                .map(ConnectionState::name)
                .orElse(dial.getClass().getSimpleName());
    }

    private static int rank(ConnectionState state) {
        return switch (state) {
            case ConnectionState.Closed c -> 0;
            case ConnectionState.OpenSent s -> 1;
            case ConnectionState.OpenConfirm c -> 2;
            case Established e -> 3;
        };
    }

    /** Whether it has told us everything that it had at the beginning. */
    boolean heardOut() {
        return established()
                .map(w -> w.state() instanceof Established e
                        && e.agreement().endOfRib()
                        && endOfRib.containsAll(e.agreement().traits().families()))
                .orElse(false);
    }
}
