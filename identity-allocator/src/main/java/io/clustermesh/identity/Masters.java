package io.clustermesh.identity;

import io.clustermesh.model.IdentityRange;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.store.kv.Revision;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The master keys of this cluster's range, as last seen. Owned by the allocator's thread. */
final class Masters {

    /**
     * @param labels the label string that the number stands for
     * @param modified when it was last written
     * @param leased it hangs on its writer's lease, as no allocator's does: another publishes it (Cilium's identities
     *     come that way), and it goes with that writer
     */
    record Master(String labels, Revision modified, boolean leased) {

        /** An allocator's. */
        Master(String labels, Revision modified) {
            this(labels, modified, false);
        }
    }

    private final IdentityRange range;
    private final Map<NumericIdentity, Master> byIdentity = new TreeMap<>();
    private final Map<String, Set<NumericIdentity>> byLabels = new HashMap<>();

    Masters(IdentityRange range) {
        this.range = range;
    }

    void put(NumericIdentity identity, Master master) {
        if (!range.contains(identity)) {
            return;
        }
        remove(identity);
        byIdentity.put(identity, master);
        byLabels.computeIfAbsent(master.labels(), ignored -> new HashSet<>()).add(identity);
    }

    void remove(NumericIdentity identity) {
        Master old = byIdentity.remove(identity);
        if (old != null) {
            Set<NumericIdentity> same = byLabels.getOrDefault(old.labels(), Set.of());
            same.remove(identity);
            if (same.isEmpty()) {
                byLabels.remove(old.labels());
            }
        }
    }

    boolean isTaken(NumericIdentity identity) {
        return byIdentity.containsKey(identity);
    }

    /** The lowest number that stands for these labels. */
    Optional<NumericIdentity> find(String labels) {
        return byLabels.getOrDefault(labels, Set.of()).stream().min(NumericIdentity::compareTo);
    }

    Map<NumericIdentity, Master> all() {
        return byIdentity;
    }
}
