package io.clustermesh.store.kv;

import java.util.List;

/**
 * All keys of a range at one revision.
 *
 * @param clusterId etcd's {@code cluster_id}: another one means another history, so revisions can't be compared
 * @param revision the revision that the listing shows; watch from the {@linkplain Revision#next() next} one
 * @param entries sorted by key
 */
public record Listing(long clusterId, Revision revision, List<KeyValue> entries) {
    public Listing {
        entries = List.copyOf(entries);
    }
}
