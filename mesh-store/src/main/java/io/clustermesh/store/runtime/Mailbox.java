package io.clustermesh.store.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The bounded queue in front of an agent. Any thread puts, the agent's thread takes. A full mailbox makes the sender
 * wait, which is the back-pressure.
 *
 * @param <M> message type
 */
public final class Mailbox<M> {

    private final BlockingQueue<M> queue;

    /** @param capacity messages it holds at most */
    public Mailbox(int capacity) {
        queue = new ArrayBlockingQueue<>(capacity);
    }

    /** Waits for room. Never call it on an event loop; there, use {@link #offer}. */
    public void put(M message) throws InterruptedException {
        queue.put(message);
    }

    /** False if there is no room. */
    public boolean offer(M message) {
        return queue.offer(message);
    }

    /** Waits at most {@code atMost} for a message. */
    public Optional<M> poll(Duration atMost) throws InterruptedException {
        return Optional.ofNullable(queue.poll(atMost.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Waits at most {@code atMost} for the first message, then takes up to {@code limit} that are there. */
    public List<M> pollAll(Duration atMost, int limit) throws InterruptedException {
        List<M> messages = new ArrayList<>();
        Optional<M> first = poll(atMost);
        if (first.isPresent()) {
            messages.add(first.get());
            queue.drainTo(messages, limit - 1);
        }
        return messages;
    }

    /** Messages waiting now. */
    public int size() {
        return queue.size();
    }
}
