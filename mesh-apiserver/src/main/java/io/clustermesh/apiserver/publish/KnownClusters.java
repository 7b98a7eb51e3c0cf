package io.clustermesh.apiserver.publish;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.store.sync.Change;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The clusters whose configs stand in the kvstore. Owned by the publisher's thread. */
final class KnownClusters {

    private final Set<ClusterName> clusters = new TreeSet<>();
    private boolean listed;

    void absorb(Change change) {
        switch (change) {
            case Change.Upsert(var entry) -> name(entry.key()).ifPresent(clusters::add);
            case Change.Delete(String key) -> name(key).ifPresent(clusters::remove);
            case Change.Synced ignored -> listed = true;
        }
    }

    /** All of them; empty until they have been listed once. */
    Optional<Set<ClusterName>> clusters() {
        return listed ? Optional.of(Set.copyOf(clusters)) : Optional.empty();
    }

    /** Whose config it is; a key that names no cluster is nobody's. */
    private static Optional<ClusterName> name(String key) {
        try {
            return Optional.of(new ClusterName(key.substring(Keys.CLUSTER_CONFIGS.length())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
