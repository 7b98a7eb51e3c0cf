package io.clustermesh.store.admin;

import java.util.List;

/**
 * Events that a client may follow at {@code /v1/events/stream}. Thread-safe; nothing here blocks, because it is asked on
 * the event loop.
 */
public interface EventFeed {

    /**
     * @param id where a client may go on after it, opaque
     * @param data rendered as JSON
     */
    record Item(String id, Object data) {}

    /**
     * @param items oldest first
     * @param lost some that came after {@code id} are gone from memory
     */
    record Batch(List<Item> items, boolean lost) {
        public Batch {
            items = List.copyOf(items);
        }
    }

    /**
     * What came after {@code id}.
     *
     * @param id of the last event that the client has seen; empty, or one of an earlier life of this process, for all
     *     that is kept
     * @param most items at most
     */
    Batch after(String id, int most);

    /** Runs {@code listener} after each new event, on any thread. @return stops that */
    AutoCloseable onNew(Runnable listener);
}
