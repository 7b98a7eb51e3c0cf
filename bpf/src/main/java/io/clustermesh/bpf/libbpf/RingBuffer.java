package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * The reading end of a ring buffer map, through its memory and without a system call. The position that was read to lies
 * in the ring itself, so a new process goes on where the last one was. One reader at a time.
 *
 * <pre>
 *   page 0: consumer's position    page 1: producer's position    then the data, mapped twice so that no record wraps
 *   a record: u32 length, with bits BUSY and DISCARDED; u32 unused; the bytes, padded to 8
 * </pre>
 */
public final class RingBuffer implements AutoCloseable {

    private static final VarHandle LONG = JAVA_LONG.varHandle();
    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    private static final int HEADER_BYTES = 8;

    private final Arena arena = Arena.ofShared();
    private final long mask;
    private final MemorySegment consumer;
    private final MemorySegment producer;
    private final MemorySegment data;

    RingBuffer(int fd, int bytes) {
        long page = Libc.pageSize();
        mask = bytes - 1L;
        consumer = Libc.mmap(fd, page, arena);
        producer = Libc.mmapReadOnly(fd, page + 2L * bytes, page, arena);
        data = producer.asSlice(page);
    }

    /**
     * Hands what was written since the last call to {@code reader}, oldest first, {@code limit} records at most.
     *
     * @return how many there were
     */
    public int drain(int limit, Consumer<byte[]> reader) {
        long position = (long) LONG.getAcquire(consumer, 0L);
        long end = (long) LONG.getAcquire(producer, 0L);
        int read = 0;
        while (position < end && read < limit) {
            long at = position & mask;
            int header = (int) INT.getAcquire(data, at);
            if ((header & BUSY) != 0) { // its writer is not done
                break;
            }
            int length = header & ~DISCARDED;
            if ((header & DISCARDED) == 0) {
                reader.accept(data.asSlice(at + HEADER_BYTES, length).toArray(JAVA_BYTE));
                read++;
            }
            position += length + HEADER_BYTES + 7 & ~7;
            LONG.setRelease(consumer, 0L, position);
        }
        return read;
    }

    @Override
    public void close() {
        arena.close();
    }
}
