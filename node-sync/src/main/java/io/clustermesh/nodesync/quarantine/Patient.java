package io.clustermesh.nodesync.quarantine;

import java.time.Duration;

/**
 * How often somebody fell ill, and when he is looked at again. Each time doubles the wait between two looks, up to a limit;
 * who has been well for long begins anew. Owned by the agent's thread.
 */
final class Patient {

    /** The wait after the first time. */
    static final Duration FIRST = Duration.ofSeconds(1);

    /** The longest wait. */
    static final Duration MOST = Duration.ofSeconds(30);

    /** Well for so long: all is forgiven. */
    static final Duration FORGIVEN = Duration.ofMinutes(10);

    /** Good answers in a row that make somebody well. */
    static final int ANSWERS = 2;

    private int times;
    private int answers;
    private boolean ill;
    private boolean asked;
    private long lookAtNanos;
    private long wellSinceNanos;

    /** Falls ill. */
    void fallIll(long nowNanos) {
        if (!ill) {
            if (times > 0 && nowNanos - wellSinceNanos > FORGIVEN.toNanos()) {
                times = 0;
            }
            times++;
        }
        ill = true;
        answers = 0;
        asked = false;
        lookAtNanos = nowNanos + hold().toNanos();
    }

    /** The wait between two looks now. */
    Duration hold() {
        Duration hold = FIRST.multipliedBy(1L << Math.min(Math.max(times - 1, 0), 10));
        return hold.compareTo(MOST) > 0 ? MOST : hold;
    }

    boolean ill() {
        return ill;
    }

    int times() {
        return times;
    }

    /** Whether it is time to ask; then it counts as asked. */
    boolean takeTurn(long nowNanos) {
        if (!ill || asked || nowNanos - lookAtNanos < 0) {
            return false;
        }
        asked = true;
        return true;
    }

    /** It answered, or not. True if that makes it well. */
    boolean answered(boolean well, long nowNanos) {
        asked = false;
        answers = well ? answers + 1 : 0;
        lookAtNanos = nowNanos + (well ? FIRST : hold()).toNanos();
        if (ill && answers >= ANSWERS) {
            ill = false;
            wellSinceNanos = nowNanos;
            return true;
        }
        return false;
    }

    /** Whether there is nothing left to remember. */
    boolean forgotten(long nowNanos) {
        return !ill && nowNanos - wellSinceNanos > FORGIVEN.toNanos();
    }
}
