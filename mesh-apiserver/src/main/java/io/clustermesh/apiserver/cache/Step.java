package io.clustermesh.apiserver.cache;

import java.util.List;

/**
 * What one revision changed, and the whole map after it.
 *
 * @param revision etcd's
 * @param changes in etcd's order, at least one
 * @param after the map from this revision on
 */
record Step(long revision, List<Change> changes, SortedEntries after) {

    /** The copied nodes of the tree that only this step holds, in bytes, roughly. */
    private static final int TREE_SHARE = 1200;

    /** The objects around an encoded entry, in bytes, roughly. */
    private static final int OBJECT_SHARE = 120;

    Step {
        changes = List.copyOf(changes);
    }

    /** Memory that goes when this step is forgotten, in bytes, roughly. */
    long weight() {
        long sum = TREE_SHARE;
        for (Change change : changes) {
            sum += change.entry().messageSize() + OBJECT_SHARE;
        }
        return sum;
    }
}
