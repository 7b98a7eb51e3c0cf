package io.clustermesh.bgp.fsm;

/**
 * Whether and when to dial a neighbour.
 *
 * <pre>
 *            timer             TCP connected, by us or by them
 *    Idle ──────────► Connect ────────────────► Connected
 *      ▲                │  ▲ timer                  │
 *      │                ▼  │                        │
 *      │              Active ───────────────────────┤ (them)
 *      └────────────────────────────────────────────┘ last connection gone
 * </pre>
 */
public sealed interface DialState {

    /** Time has passed. A state {@link Connect} that was none before means: dial now. */
    DialState tick(Timer connectLimit, long nowNanos);

    /** Nanoseconds until {@link #tick} can change anything. */
    long leftNanos(long nowNanos);

    /** A connection stands. */
    default DialState connected() {
        return new Connected();
    }

    /** The last connection is gone; {@code pause} first. */
    default DialState disconnected(Timer pause) {
        return new Idle(pause);
    }

    /** A pause after an end. */
    record Idle(Timer pause) implements DialState {

        @Override
        public DialState tick(Timer connectLimit, long nowNanos) {
            return pause.expired(nowNanos) ? new Connect(connectLimit) : this;
        }

        @Override
        public long leftNanos(long nowNanos) {
            return pause.leftNanos(nowNanos);
        }
    }

    /** We dial. */
    record Connect(Timer limit) implements DialState {

        /** It failed; {@code retry} later. */
        public DialState failed(Timer retry) {
            return new Active(retry);
        }

        @Override
        public DialState tick(Timer connectLimit, long nowNanos) {
            return this;
        }

        /** Whether TCP took too long. */
        public boolean overdue(long nowNanos) {
            return limit.expired(nowNanos);
        }

        @Override
        public long leftNanos(long nowNanos) {
            return limit.leftNanos(nowNanos);
        }
    }

    /** We wait for the neighbour to dial, and for the time to try again; a passive speaker never tries. */
    record Active(Timer retry) implements DialState {

        @Override
        public DialState tick(Timer connectLimit, long nowNanos) {
            return retry.expired(nowNanos) ? new Connect(connectLimit) : this;
        }

        @Override
        public long leftNanos(long nowNanos) {
            return retry.leftNanos(nowNanos);
        }
    }

    /** Nothing to dial: the connection's own state tells more. */
    record Connected() implements DialState {

        @Override
        public DialState tick(Timer connectLimit, long nowNanos) {
            return this;
        }

        @Override
        public long leftNanos(long nowNanos) {
            return Long.MAX_VALUE;
        }
    }
}
