package io.clustermesh.nodesync.apply;

/**
 * Where a slot's table lies in the arena.
 *
 * @param base its first entry
 * @param size its entries; 0 is no table
 * @param ours false for a region found in the tables that something else holds too: it is read, never written
 */
record Region(int base, int size, boolean ours) {

    static final Region NONE = new Region(0, 0, true);
}
