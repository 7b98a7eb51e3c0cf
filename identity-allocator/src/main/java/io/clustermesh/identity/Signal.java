package io.clustermesh.identity;

import io.clustermesh.store.sync.Change;

/** What the allocator's thread is told. */
sealed interface Signal {

    /** Something changed among the label sets that want an identity. */
    record Wanted(Change change) implements Signal {}

    /** Something changed among the master keys. */
    record Master(Change change) implements Signal {}
}
