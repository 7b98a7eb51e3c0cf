package io.clustermesh.apiserver.cache;

import java.util.Optional;

/**
 * One key changed.
 *
 * @param kind written or deleted
 * @param entry the key as it is now; for a deletion its trace
 * @param previous the key before, nothing if it did not exist
 */
public record Change(Kind kind, Entry entry, Optional<Entry> previous) {

    /** What happened to the key. */
    public enum Kind {
        PUT,
        DELETE
    }

    /** An upper bound of its encoded size, in bytes. */
    int roughSize(boolean withPrevious) {
        return entry.messageSize()
                + 16
                + (withPrevious ? previous.map(Entry::messageSize).orElse(0) + 8 : 0);
    }
}
