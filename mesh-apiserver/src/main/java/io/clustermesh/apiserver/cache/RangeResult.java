package io.clustermesh.apiserver.cache;

import java.util.List;

/** The answer to a {@link RangeQuery}. */
public sealed interface RangeResult {

    /**
     * @param entries sorted as asked
     * @param more the limit cut some off
     * @param count keys in the range at that revision, whatever limit and filter say
     */
    record Found(List<Entry> entries, boolean more, long count) implements RangeResult {
        public Found {
            entries = List.copyOf(entries);
        }
    }

    /** The revision asked for has been forgotten. */
    record Compacted() implements RangeResult {}

    /** The revision asked for has not happened yet. */
    record Future() implements RangeResult {}
}
