package io.clustermesh.identity;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.LabelSet;
import io.clustermesh.store.kv.KeyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which label sets want an identity, and who wants them: a label set is wanted as long as one key asks for it. Owned by
 * the allocator's thread.
 */
final class Demand {

    private final ClusterName cluster;
    private final Map<String, LabelSet> byKey = new HashMap<>();
    private final Map<LabelSet, Integer> askers = new HashMap<>();
    private final Map<String, String> malformed = new HashMap<>();

    Demand(ClusterName cluster) {
        this.cluster = cluster;
    }

    /**
     * Takes what a key asks for now.
     *
     * @return the label set that nobody wants any more, if this was its last asker
     */
    Optional<LabelSet> put(KeyValue entry) {
        malformed.remove(entry.key());
        Optional<LabelSet> labels = Optional.empty();
        try {
            labels = Optional.of(checked(LabelSet.parse(entry.text())));
        } catch (IllegalArgumentException e) {
            malformed.put(entry.key(), String.valueOf(e.getMessage()));
        }
        labels.ifPresent(set -> askers.merge(set, 1, Integer::sum));
        Optional<LabelSet> before = Optional.ofNullable(byKey.remove(entry.key()));
        labels.ifPresent(set -> byKey.put(entry.key(), set));
        return before.filter(this::leave);
    }

    /** As {@link #put}, for a key that is gone. */
    Optional<LabelSet> remove(String key) {
        malformed.remove(key);
        return Optional.ofNullable(byKey.remove(key)).filter(this::leave);
    }

    /** What a key asks for. */
    Optional<LabelSet> of(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    boolean wants(LabelSet labels) {
        return askers.containsKey(labels);
    }

    /** Keys whose value is no label set of this cluster. */
    List<AllocatorStatus.Trouble> troubles() {
        List<AllocatorStatus.Trouble> troubles = new ArrayList<>();
        malformed.forEach((key, reason) -> troubles.add(new AllocatorStatus.Trouble(key, reason, 0)));
        return troubles;
    }

    private boolean leave(LabelSet labels) {
        return askers.merge(labels, -1, (count, change) -> count + change == 0 ? null : count + change) == null;
    }

    /** Peers refuse an identity whose labels don't name its cluster. */
    private LabelSet checked(LabelSet labels) {
        Optional<String> named = labels.get(LabelSet.CLUSTER_LABEL);
        if (!named.equals(Optional.of(cluster.value()))) {
            throw new IllegalArgumentException(
                    "the labels %s name %s as their cluster, which is %s; have them written again"
                            .formatted(labels, named.map(n -> "\"" + n + "\"").orElse("none"), cluster));
        }
        return labels;
    }
}
