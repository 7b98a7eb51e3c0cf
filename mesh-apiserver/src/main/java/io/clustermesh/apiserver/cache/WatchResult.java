package io.clustermesh.apiserver.cache;

import java.util.List;

/** What the history has for a watcher. */
public sealed interface WatchResult {

    /**
     * Changes; the watcher goes on at {@code upTo + 1}.
     *
     * @param upTo everything of the watcher's range up to this revision is in here or came before
     */
    record Changes(List<Change> changes, long upTo) implements WatchResult {
        public Changes {
            changes = List.copyOf(changes);
        }
    }

    /** Nothing for it up to {@code upTo}; it goes on at {@code upTo + 1}. */
    record Nothing(long upTo) implements WatchResult {}

    /** It wants what has been forgotten: it must list again and watch from {@code oldest} or later. */
    record Compacted(long oldest) implements WatchResult {}
}
