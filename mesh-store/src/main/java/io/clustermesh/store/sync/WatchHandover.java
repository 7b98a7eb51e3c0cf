package io.clustermesh.store.sync;

import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * Hands what a watch says from the watch's thread to the reflector's, one message at a time: the watch waits until the
 * reflector has taken it, so memory stays bounded and the pressure goes back to the server.
 */
final class WatchHandover implements WatchListener {

    /** What the watch said. */
    sealed interface Message {}

    record Started(long clusterId) implements Message {}

    record Events(List<WatchListener.Event> events, Revision upTo) implements Message {}

    record Ended(End end) implements Message {}

    private final SynchronousQueue<Message> queue = new SynchronousQueue<>(true);
    private volatile boolean discarding;

    /** Empty if the watch says nothing for so long. */
    Optional<Message> poll(Duration atMost) throws InterruptedException {
        return Optional.ofNullable(queue.poll(atMost.toMillis(), TimeUnit.MILLISECONDS));
    }

    Message take() throws InterruptedException {
        return queue.take();
    }

    /** From now on nobody takes; whatever comes is dropped. */
    void discard() {
        discarding = true;
    }

    @Override
    public void onStarted(long clusterId) {
        give(new Started(clusterId));
    }

    @Override
    public void onEvents(List<Event> events, Revision upTo) {
        give(new Events(events, upTo));
    }

    @Override
    public void onEnd(End end) {
        give(new Ended(end));
    }

    private void give(Message message) {
        try {
            boolean taken = false;
            while (!taken && !discarding) {
                taken = queue.offer(message, 100, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
