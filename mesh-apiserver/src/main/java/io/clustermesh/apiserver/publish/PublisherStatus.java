package io.clustermesh.apiserver.publish;

import io.clustermesh.store.sync.Freshness;
import io.clustermesh.store.sync.SyncStore;
import java.util.Map;

/**
 * How the publisher is doing.
 *
 * @param synced everything that was there at the start is in the kvstore, canaries too
 * @param published how much is published
 * @param waitingForIdentity label sets that the identity-allocator has not answered yet
 * @param identities how fresh our picture of the allocator's identities is
 * @param writers how each writer is doing
 */
public record PublisherStatus(
        boolean synced,
        PublishedCounts published,
        int waitingForIdentity,
        Freshness identities,
        Map<String, SyncStore.Status> writers) {

    public PublisherStatus {
        writers = Map.copyOf(writers);
    }
}
