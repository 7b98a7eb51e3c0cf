package io.clustermesh.store.lead;

/**
 * Told when this replica begins and ends to lead a task; by Leadership's threads, one call at a time, in order. Must
 * not block, since another task's loss would wait for it: set a flag and wake whoever acts on it.
 */
public interface LeadershipListener {

    /** We lead from now on. */
    void gained(Term term);

    /**
     * We don't lead any more: stop writing. Not called for what we gave up ourselves.
     *
     * @param reason why, in a sentence
     */
    void lost(Term term, String reason);
}
