package io.clustermesh.store.lead;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Our wish to lead one task, and the term if we do. Guarded by the lock of its {@link Ballot}. */
final class Candidacy {

    private final String task;
    private final LeadershipListener listener;
    private final Set<Long> yieldedTo = new HashSet<>();
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

    /** True only once for each run of another replica, so that two that disagree don't pass a task to and fro. */
    boolean mayYieldTo(long leaseOfTheOther) {
        return yieldedTo.add(leaseOfTheOther);
    }
}
