package io.clustermesh.store.lead;

import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Revision;
import java.nio.charset.StandardCharsets;

/** Entries that we know to be there before the watch shows them. */
final class Holders {

    private Holders() {}

    static KeyValue entry(String task, String replica, Revision created, long leaseId) {
        return new KeyValue(
                task, replica.getBytes(StandardCharsets.UTF_8), new KeyValue.Version(created, created, 1), leaseId);
    }
}
