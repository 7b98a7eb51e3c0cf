package io.clustermesh.store.lead;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Our wish to lead one task, and the term if we do. Guarded by the lock of its {@link Ballot}. */
final class Candidacy {

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.HOURS.toNanos(1);

    private final String task;
    private final LeadershipListener listener;
    private long yieldedTo;
    private long yieldAgainNanos;
    private long yieldPauseNanos;
    private Optional<Term> term = Optional.empty();
    private boolean doubtful;
    private long sinceNanos;
    private long notBeforeNanos;

    Candidacy(String task, LeadershipListener listener, long notBeforeNanos) {
        this.task = task;
        this.listener = listener;
        this.notBeforeNanos = notBeforeNanos;
    }

    String task() {
        return task;
    }

    Optional<Term> term() {
        return term;
    }

    void gain(Term gained, long nowNanos) {
        term = Optional.of(gained);
        doubtful = false;
        sinceNanos = nowNanos;
        listener.gained(gained);
    }

    void lose(String reason) {
        Optional<Term> lost = term;
        term = Optional.empty();
        doubtful = false;
        lost.ifPresent(over -> listener.lost(over, reason));
    }

    /** The watch said something that does not fit our term: ask the store. */
    void doubt() {
        doubtful = term.isPresent();
    }

    boolean doubtful() {
        return doubtful;
    }

    void certain() {
        doubtful = false;
    }

    /** When the term began, on the monotonic clock. */
    long sinceNanos() {
        return sinceNanos;
    }

    long notBeforeNanos() {
        return notBeforeNanos;
    }

    void notBefore(long nanos) {
        notBeforeNanos = nanos;
    }

    /**
     * Whether to hand over now to the replica that holds this lease, and if so remembers it. It may be too slow to take
     * the task, or disagree; so each further attempt comes after twice the time, and nothing passes to and fro.
     */
    boolean yieldTo(long leaseOfTheOther, long nowNanos, long settledNanos) {
        if (leaseOfTheOther != yieldedTo) {
            yieldedTo = leaseOfTheOther;
            yieldPauseNanos = settledNanos;
        } else if (nowNanos - yieldAgainNanos < 0) {
            return false;
        } else {
            yieldPauseNanos = Math.min(2 * yieldPauseNanos, LONGEST_PAUSE_NANOS);
        }
        yieldAgainNanos = nowNanos + yieldPauseNanos;
        return true;
    }
}
