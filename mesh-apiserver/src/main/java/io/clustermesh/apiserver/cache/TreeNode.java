package io.clustermesh.apiserver.cache;

import static io.clustermesh.apiserver.cache.SortedEntries.WIDTH;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A node of {@link SortedEntries}; immutable. */
sealed interface TreeNode {

    /** Entries below. */
    int size();

    /** Entries or children of this node itself. */
    int width();

    /** The smallest entry below. */
    Entry first();

    /** This node with {@code entry} in it, as one node, or as two if it grew too wide. */
    TreeNode[] put(Entry entry);

    /** This node without the key of {@code entry}; itself if it does not have it, width 0 if it was the last. */
    TreeNode remove(Entry entry);

    /** How many entries sort before {@code key}. */
    int rank(byte[] key);

    /** Adds entries of {@code [from, to)} to {@code found} until it holds {@code limit}; false once there can't be more. */
    boolean collect(byte[] from, Optional<byte[]> to, int limit, List<Entry> found);

    /** Both nodes' content in one; they are neighbours of the same kind. */
    TreeNode join(TreeNode next);

    private static <T> T[] inserted(T[] array, int at, T element) {
        T[] copy = Arrays.copyOf(array, array.length + 1);
        System.arraycopy(array, at, copy, at + 1, array.length - at);
        copy[at] = element;
        return copy;
    }

    private static <T> T[] removed(T[] array, int at) {
        T[] copy = Arrays.copyOf(array, array.length - 1);
        System.arraycopy(array, at + 1, copy, at, copy.length - at);
        return copy;
    }

    private static <T> T[] replaced(T[] array, int at, T element) {
        T[] copy = array.clone();
        copy[at] = element;
        return copy;
    }

    private static <T> T[] joined(T[] left, T[] right) {
        T[] copy = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, copy, left.length, right.length);
        return copy;
    }

    /** The bottom of the tree. */
    final class Leaf implements TreeNode {
        private final Entry[] entries;

        Leaf(Entry[] entries) {
            this.entries = entries;
        }

        @Override
        public int size() {
            return entries.length;
        }

        @Override
        public int width() {
            return entries.length;
        }

        @Override
        public Entry first() {
            return entries[0];
        }

        @Override
        public TreeNode[] put(Entry entry) {
            int at = position(entry);
            if (at >= 0) {
                return new TreeNode[] {new Leaf(replaced(entries, at, entry))};
            }
            Entry[] grown = inserted(entries, -at - 1, entry);
            if (grown.length <= WIDTH) {
                return new TreeNode[] {new Leaf(grown)};
            }
            int half = grown.length / 2;
            return new TreeNode[] {
                new Leaf(Arrays.copyOf(grown, half)), new Leaf(Arrays.copyOfRange(grown, half, grown.length))
            };
        }

        @Override
        public TreeNode remove(Entry entry) {
            int at = position(entry);
            return at < 0 ? this : new Leaf(removed(entries, at));
        }

        private int position(Entry entry) {
            return Arrays.binarySearch(entries, entry, Entry::compareKey);
        }

        @Override
        public int rank(byte[] key) {
            int low = 0;
            int high = entries.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (entries[middle].compareKey(key) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Override
        public boolean collect(byte[] from, Optional<byte[]> to, int limit, List<Entry> found) {
            for (int i = rank(from); i < entries.length; i++) {
                if (found.size() == limit || (to.isPresent() && entries[i].compareKey(to.get()) >= 0)) {
                    return false;
                }
                found.add(entries[i]);
            }
            return true;
        }

        @Override
        public TreeNode join(TreeNode next) {
            return new Leaf(joined(entries, ((Leaf) next).entries));
        }
    }

    /** Above the leaves. */
    final class Inner implements TreeNode {
        private final TreeNode[] children;
        private final Entry[] firsts;
        private final int size;

        private Inner(TreeNode[] children, Entry[] firsts, int size) {
            this.children = children;
            this.firsts = firsts;
            this.size = size;
        }

        static Inner of(TreeNode[] children) {
            Entry[] firsts = new Entry[children.length];
            int size = 0;
            for (int i = 0; i < children.length; i++) {
                firsts[i] = children[i].first();
                size += children[i].size();
            }
            return new Inner(children, firsts, size);
        }

        TreeNode child(int index) {
            return children[index];
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int width() {
            return children.length;
        }

        @Override
        public Entry first() {
            return firsts[0];
        }

        @Override
        public TreeNode[] put(Entry entry) {
            int at = childOf(entry);
            TreeNode[] nodes = children[at].put(entry);
            TreeNode[] grown = replaced(children, at, nodes[0]);
            if (nodes.length == 2) {
                grown = inserted(grown, at + 1, nodes[1]);
            }
            if (grown.length <= WIDTH) {
                return new TreeNode[] {of(grown)};
            }
            int half = grown.length / 2;
            return new TreeNode[] {of(Arrays.copyOf(grown, half)), of(Arrays.copyOfRange(grown, half, grown.length))};
        }

        @Override
        public TreeNode remove(Entry entry) {
            int at = childOf(entry);
            TreeNode child = children[at].remove(entry);
            if (child == children[at]) {
                return this;
            }
            if (child.width() == 0) {
                return children.length == 1 ? child : of(removed(children, at));
            }
            TreeNode[] changed = replaced(children, at, child);
            if (child.width() < WIDTH / 4) {
                // thin nodes are joined with a neighbour, so that deletes don't leave a tall tree of crumbs
                int left = at > 0 ? at - 1 : at;
                if (left + 1 < changed.length && changed[left].width() + changed[left + 1].width() <= WIDTH * 3 / 4) {
                    TreeNode both = changed[left].join(changed[left + 1]);
                    changed = replaced(removed(changed, left + 1), left, both);
                }
            }
            return of(changed);
        }

        private int childOf(Entry entry) {
            int at = Arrays.binarySearch(firsts, entry, Entry::compareKey);
            return at >= 0 ? at : Math.max(0, -at - 2);
        }

        private int childOf(byte[] key) {
            int low = 0;
            int high = firsts.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (firsts[middle].compareKey(key) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return Math.max(0, low - 1);
        }

        @Override
        public int rank(byte[] key) {
            int at = childOf(key);
            int before = 0;
            for (int i = 0; i < at; i++) {
                before += children[i].size();
            }
            return before + children[at].rank(key);
        }

        @Override
        public boolean collect(byte[] from, Optional<byte[]> to, int limit, List<Entry> found) {
            for (int i = childOf(from); i < children.length; i++) {
                if (!children[i].collect(from, to, limit, found)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public TreeNode join(TreeNode next) {
            return of(joined(children, ((Inner) next).children));
        }
    }
}
