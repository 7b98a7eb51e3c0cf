package io.clustermesh.identity;

import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NumericIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The identities that this allocator holds a slave key for. Owned by the allocator's thread. */
final class InUse {

    private final Map<LabelSet, NumericIdentity> byLabels = new HashMap<>();
    private final Map<NumericIdentity, LabelSet> byIdentity = new TreeMap<>();

    void put(LabelSet labels, NumericIdentity identity) {
        remove(labels);
        byLabels.put(labels, identity);
        byIdentity.put(identity, labels);
    }

    void remove(LabelSet labels) {
        NumericIdentity identity = byLabels.remove(labels);
        if (identity != null) {
            byIdentity.remove(identity);
        }
    }

    boolean has(LabelSet labels) {
        return byLabels.containsKey(labels);
    }

    int size() {
        return byLabels.size();
    }

    Optional<LabelSet> labelsOf(NumericIdentity identity) {
        return Optional.ofNullable(byIdentity.get(identity));
    }

    /** By number. */
    List<Map.Entry<NumericIdentity, LabelSet>> entries() {
        return List.copyOf(byIdentity.entrySet());
    }

    List<AllocatorStatus.Allocation> allocations() {
        return byIdentity.entrySet().stream()
                .map(entry -> new AllocatorStatus.Allocation(
                        entry.getKey(), entry.getValue().toLabelString()))
                .toList();
    }
}
