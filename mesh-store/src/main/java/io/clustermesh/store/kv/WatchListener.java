package io.clustermesh.store.kv;

import java.util.List;

/**
 * Receives what happens in a watched range; called by the watch's own thread, one call at a time, in revision order.
 * A listener that blocks holds back its own watch only.
 */
public interface WatchListener {

    /** One change. */
    sealed interface Event {
        /** The key that changed. */
        String key();

        record Put(KeyValue entry) implements Event {
            @Override
            public String key() {
                return entry.key();
            }
        }

        record Delete(String key, Revision revision) implements Event {}
    }

    /** Why a watch ended. It never resumes by itself. */
    sealed interface End {
        /** History before {@code oldest} is gone: list again. */
        record Compacted(Revision oldest) implements End {}

        /** The connection broke: watch again from the last revision seen, after a pause. */
        record Disconnected(Throwable cause) implements End {}

        /** The server has another {@code cluster_id} than before: everything known is stale, list again. */
        record OtherHistory(long clusterId) implements End {}

        /** The server refuses this watch (role, range): a person must act. */
        record Refused(String reason) implements End {}

        /** We closed it. */
        record Closed() implements End {}
    }

    /**
     * The server has taken the watch; called once, before any change.
     *
     * @param clusterId the history that the changes will belong to; compare it with {@link Listing#clusterId()} if
     *     several watches share one store
     */
    default void onStarted(long clusterId) {}

    /**
     * Changes, all of revisions up to {@code upTo}; an empty list is a sign of life from an idle range.
     */
    void onEvents(List<Event> events, Revision upTo);

    /** The last call. */
    void onEnd(End end);

    /**
     * Whether no call of this listener ever waits for anything; then it is called where the change is read, without a
     * thread in between.
     */
    default boolean neverWaits() {
        return false;
    }
}
