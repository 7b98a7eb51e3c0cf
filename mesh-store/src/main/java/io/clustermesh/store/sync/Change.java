package io.clustermesh.store.sync;

import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Revision;
import java.util.List;

/** What a {@link Reflector} tells its consumer about its prefix. */
public sealed interface Change {

    /** The key has this value now. */
    record Upsert(KeyValue entry) implements Change {}

    /** The key is gone. */
    record Delete(String key) implements Change {}

    /** Everything that was there at {@code at} has been told; comes after each successful list. */
    record Synced(Revision at) implements Change {}

    /** Takes changes, in order; called by the reflector's own thread, which it may hold back by blocking. */
    @FunctionalInterface
    interface Consumer {
        void accept(List<Change> changes) throws InterruptedException;
    }
}
