package io.clustermesh.apiserver.publish;

import io.clustermesh.store.sync.Freshness;
import io.clustermesh.store.sync.SyncStore;
import java.util.Map;
import java.util.Optional;

/**
 * How the publisher is doing.
 *
 * @param synced everything that was there at the start is in the kvstore, canaries too, by us or another replica
 * @param lead which replica publishes
 * @param published how much is published
 * @param waitingForIdentity label sets that the identity-allocator has not answered yet
 * @param identities how fresh our picture of the allocator's identities is
 * @param writers how each writer is doing; none if another replica publishes
 */
public record PublisherStatus(
        boolean synced,
        Lead lead,
        PublishedCounts published,
        int waitingForIdentity,
        Freshness identities,
        Map<String, SyncStore.Status> writers) {

    /**
     * @param ours this replica publishes
     * @param replica the one that does, as last heard
     */
    public record Lead(boolean ours, Optional<String> replica) {}

    public PublisherStatus {
        writers = Map.copyOf(writers);
    }
}
