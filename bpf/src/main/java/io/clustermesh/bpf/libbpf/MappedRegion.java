package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The values of a memory-mapped array map: the kernel's own memory, so a store is seen by the next program that runs,
 * without a system call. Offsets in bytes; numbers in the machine's order and aligned. Thread-safe; after
 * {@link #close()} every access throws.
 */
public final class MappedRegion implements AutoCloseable {

    private static final VarHandle LONG = JAVA_LONG.varHandle();
    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final VarHandle BYTE = JAVA_BYTE.varHandle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    MappedRegion(int fd, long bytes) {
        memory = Libc.mmap(fd, bytes, arena);
    }

    public long getLong(long offset) {
        return (long) LONG.getAcquire(memory, offset);
    }

    public void setLong(long offset, long value) {
        LONG.setRelease(memory, offset, value);
    }

    public int getInt(long offset) {
        return (int) INT.getAcquire(memory, offset);
    }

    public void setInt(long offset, int value) {
        INT.setRelease(memory, offset, value);
    }

    public void setByte(long offset, byte value) {
        BYTE.setRelease(memory, offset, value);
    }

    @Override
    public void close() {
        arena.close();
    }
}
