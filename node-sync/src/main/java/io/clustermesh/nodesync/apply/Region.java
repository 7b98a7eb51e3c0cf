package io.clustermesh.nodesync.apply;

/**
 * Where a slot's table lies in the arena. There is room behind it, so that a table that grows or shrinks a little stays
 * where it is: then no reader can ever put an old base and a new size together.
 *
 * @param base its first entry
 * @param size its entries; 0 is no table
 * @param room entries that are its own, at least {@code size}
 * @param ours false for a region found in the tables that something else holds too: it is read, never written
 */
record Region(int base, int size, int room, boolean ours) {

    static final Region NONE = new Region(0, 0, 0, true);

    private static final int LEAST = 8;

    /** The room that a new table of {@code size} gets, if there is as much: a power of two. */
    static int roomFor(int size) {
        return size <= LEAST ? LEAST : Integer.highestOneBit(size - 1) << 1;
    }

    /** Whether a table of {@code wanted} entries belongs here, as a new one of that size would have such a room. */
    boolean suits(int wanted) {
        return ours && (wanted == size || room == roomFor(wanted));
    }

    /** The same place with a table of another size. */
    Region resized(int wanted) {
        return new Region(base, wanted, room, ours);
    }

    /** Whether the table begins where that one does. */
    boolean isAt(Region other) {
        return base == other.base && room == other.room && ours == other.ours;
    }
}
