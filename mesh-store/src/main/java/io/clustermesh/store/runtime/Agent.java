package io.clustermesh.store.runtime;

/**
 * A unit of work owned by one thread (the idea is Agrona's). The {@link Lifecycle} that runs it calls every method on
 * that thread, in the order start, work again and again, close; so an agent's state needs no locks.
 */
public interface Agent {

    /** What it does, in a few words; becomes the thread's name. */
    String roleName();

    /** Once, before the first work. */
    default void onStart() {}

    /**
     * Does what there is to do, waiting for it if need be (on a {@link Mailbox} or a blocking call that an interrupt
     * ends). Called again at once after it returns. An exception is logged, counted, and followed by a back-off.
     */
    void doWork() throws InterruptedException;

    /** Once, after the last work. */
    default void onClose() {}
}
