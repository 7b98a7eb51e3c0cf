package io.clustermesh.store.lead;

import java.util.Optional;

/**
 * Where an agent looks whether it leads: keeps the term and wakes the agent, which then compares it with the one that it
 * works under. Thread-safe.
 */
public final class Seat implements LeadershipListener {

    private final Runnable wake;
    private volatile Optional<Term> term = Optional.empty();

    /** @param wake makes the agent look soon; must not block */
    public Seat(Runnable wake) {
        this.wake = wake;
    }

    /** The term that this replica is in now, as far as it knows. */
    public Optional<Term> term() {
        return term;
    }

    @Override
    public void gained(Term gained) {
        term = Optional.of(gained);
        wake.run();
    }

    @Override
    public void lost(Term lost, String reason) {
        term = Optional.empty();
        wake.run();
    }
}
