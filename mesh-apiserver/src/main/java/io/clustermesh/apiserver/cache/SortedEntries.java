package io.clustermesh.apiserver.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An immutable sorted map of entries: a B+ tree whose {@link #with} and {@link #without} copy only the nodes on the way
 * to the key and share the rest. Every node knows how many entries lie below it, so that counting a range costs two
 * descents, not a walk; etcd answers {@code count} on every page of a list.
 *
 * <p>Any thread may read any version. An update allocates about a kilobyte for a hundred thousand keys.
 */
final class SortedEntries {

    /** The most entries of a leaf, or children of an inner node. */
    static final int WIDTH = 32;

    static final SortedEntries EMPTY = new SortedEntries(new TreeNode.Leaf(new Entry[0]));

    private final TreeNode root;

    private SortedEntries(TreeNode root) {
        this.root = root;
    }

    /** Builds from entries sorted by key in byte order, without duplicates. */
    static SortedEntries ofSorted(List<Entry> sorted) {
        List<TreeNode> level = new ArrayList<>();
        int fill = WIDTH * 3 / 4;
        for (int i = 0; i < sorted.size(); i += fill) {
            level.add(new TreeNode.Leaf(
                    sorted.subList(i, Math.min(i + fill, sorted.size())).toArray(Entry[]::new)));
        }
        if (level.isEmpty()) {
            return EMPTY;
        }
        while (level.size() > 1) {
            List<TreeNode> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += fill) {
                above.add(TreeNode.Inner.of(
                        level.subList(i, Math.min(i + fill, level.size())).toArray(TreeNode[]::new)));
            }
            level = above;
        }
        return new SortedEntries(level.getFirst());
    }

    int size() {
        return root.size();
    }

    Optional<Entry> get(byte[] key) {
        List<Entry> found = new ArrayList<>(1);
        root.collect(key, Optional.of(Arrays.copyOf(key, key.length + 1)), 1, found);
        return found.stream().findFirst();
    }

    /** The same map with {@code entry} in place of what its key had. */
    SortedEntries with(Entry entry) {
        TreeNode[] nodes = root.put(entry);
        return new SortedEntries(nodes.length == 1 ? nodes[0] : TreeNode.Inner.of(nodes));
    }

    /** The same map without the key of {@code entry}. */
    SortedEntries without(Entry entry) {
        TreeNode smaller = root.remove(entry);
        while (smaller instanceof TreeNode.Inner inner && inner.width() == 1) {
            smaller = inner.child(0);
        }
        return smaller.size() == 0 ? EMPTY : new SortedEntries(smaller);
    }

    /** Keys in {@code span}. */
    int count(KeySpan span) {
        int below = root.rank(span.from());
        int upTo = span.to().map(root::rank).orElse(root.size());
        return Math.max(0, upTo - below);
    }

    /** The first {@code limit} entries of {@code span}, sorted by key. */
    List<Entry> range(KeySpan span, int limit) {
        List<Entry> found = new ArrayList<>(Math.min(limit, count(span)));
        root.collect(span.from(), span.to(), limit, found);
        return found;
    }
}
