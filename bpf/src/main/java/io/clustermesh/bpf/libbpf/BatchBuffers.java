package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The memory of one batch call.
 *
 * @param keys room for the keys, one after the other
 * @param values room for the values
 * @param count a u32: how many there are, in and out
 * @param opts struct bpf_map_batch_opts, all defaults
 */
record BatchBuffers(MemorySegment keys, MemorySegment values, MemorySegment count, MemorySegment opts) {

    private static final int OPTS_BYTES = 24;

    static BatchBuffers allocate(Arena arena, MapInfo map, int entries) {
        MemorySegment opts = arena.allocate(OPTS_BYTES, 8);
        opts.set(JAVA_LONG, 0, OPTS_BYTES);
        BatchBuffers buffers = new BatchBuffers(
                arena.allocate((long) entries * map.keySize(), 8),
                arena.allocate((long) entries * map.valueSize(), 8),
                arena.allocate(JAVA_INT),
                opts);
        buffers.setCount(entries);
        return buffers;
    }

    void setCount(int entries) {
        count.set(JAVA_INT, 0, entries);
    }

    int done() {
        return count.get(JAVA_INT, 0);
    }
}
