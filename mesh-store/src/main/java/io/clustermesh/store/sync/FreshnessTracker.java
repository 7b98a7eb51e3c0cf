package io.clustermesh.store.sync;

import io.clustermesh.store.runtime.Clock;
import java.time.Duration;
import java.util.Optional;

/** Keeps a reflector's {@link Freshness}. One thread writes, any thread reads. */
final class FreshnessTracker {

    private final Clock clock;
    private volatile State state = new State(false, false, Optional.empty(), 0, Optional.empty());

    private record State(
            boolean connected,
            boolean synced,
            Optional<Long> signNanos,
            long failures,
            Optional<Freshness.Failure> lastFailure) {}

    FreshnessTracker(Clock clock) {
        this.clock = clock;
    }

    void connected() {
        State s = state;
        state = new State(true, s.synced, sight(), s.failures, s.lastFailure);
    }

    void synced() {
        State s = state;
        state = new State(s.connected, true, sight(), s.failures, s.lastFailure);
    }

    void sign() {
        State s = state;
        state = new State(s.connected, s.synced, sight(), s.failures, s.lastFailure);
    }

    void broken(String reason) {
        State s = state;
        state = new State(
                false, s.synced, s.signNanos, s.failures + 1, Optional.of(new Freshness.Failure(reason, clock.now())));
    }

    /** Why it was broken last. */
    Optional<String> lastReason() {
        return state.lastFailure.map(Freshness.Failure::reason);
    }

    Freshness now() {
        State s = state;
        return new Freshness(
                s.connected,
                s.synced,
                s.signNanos.map(at -> Duration.ofNanos(clock.monotonicNanos() - at)),
                s.failures,
                s.lastFailure);
    }

    private Optional<Long> sight() {
        return Optional.of(clock.monotonicNanos());
    }
}
