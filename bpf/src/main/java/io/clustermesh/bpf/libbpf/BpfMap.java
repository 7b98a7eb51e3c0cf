package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** An open map in the kernel. Thread-safe until closed. */
public final class BpfMap implements AutoCloseable {

    /** Entries per batch call; more buys nothing. */
    private static final int BATCH = 256;

    private final String name;
    private final int fd;
    private final MapInfo info;
    private volatile boolean closed;

    /**
     * An entry as bytes.
     *
     * @param key as long as the map's keys
     * @param value as long as its values
     */
    @SuppressWarnings("ArrayRecordComponent") // carried from one call to the next, never compared
    public record Entry(byte[] key, byte[] value) {}

    private BpfMap(String name, int fd) {
        this.name = name;
        this.fd = fd;
        this.info = MapInfo.of(fd);
    }

    /** Opens the map pinned at {@code pin}; empty if there is none. */
    public static Optional<BpfMap> openPinned(Path pin) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = Libbpf.objGet(arena.allocateFrom(pin.toString()));
            if (fd == -Errno.ENOENT.number()) {
                return Optional.empty();
            }
            if (fd < 0) {
                throw new BpfException.CallFailed("opening the map pinned at " + pin, new Errno(-fd));
            }
            return Optional.of(new BpfMap(pin.getFileName().toString(), fd));
        }
    }

    /** A map behind a descriptor that stays its owner's. */
    static BpfMap ofDescriptor(String name, int fd) {
        return new BpfMap(name, Libc.duplicate(fd));
    }

    /** What the kernel says about it. */
    public MapInfo info() {
        return info;
    }

    /** Reads the value of {@code key}; empty if there is none. */
    public Optional<byte[]> lookup(byte[] key) {
        return lookup(key, info.valueSize());
    }

    /** Reads the values of {@code key} on every possible CPU, each padded to a multiple of 8 bytes. */
    public List<byte[]> lookupPerCpu(byte[] key) {
        int cpus = Libbpf.possibleCpus();
        int stride = info.valueSize() + 7 & ~7;
        byte[] all = lookup(key, cpus * stride).orElseThrow();
        List<byte[]> values = new ArrayList<>(cpus);
        for (int cpu = 0; cpu < cpus; cpu++) {
            values.add(Arrays.copyOfRange(all, cpu * stride, cpu * stride + info.valueSize()));
        }
        return values;
    }

    private Optional<byte[]> lookup(byte[] key, int valueBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(valueBytes, 8);
            int result = Libbpf.lookup(fd(), Native.copy(arena, key), value);
            if (result == -Errno.ENOENT.number()) {
                return Optional.empty();
            }
            check(result, "reading from");
            return Optional.of(value.toArray(JAVA_BYTE));
        }
    }

    /** Writes the values of {@code key} for every possible CPU, each as long as the map's values. */
    public void updatePerCpu(byte[] key, List<byte[]> values) {
        int stride = info.valueSize() + 7 & ~7;
        byte[] all = new byte[values.size() * stride];
        for (int cpu = 0; cpu < values.size(); cpu++) {
            System.arraycopy(values.get(cpu), 0, all, cpu * stride, info.valueSize());
        }
        update(key, all);
    }

    /** Writes an entry, new or not. */
    public void update(byte[] key, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            check(Libbpf.update(fd(), Native.copy(arena, key), Native.copy(arena, value)), "writing to");
        }
    }

    /** Writes many entries with few calls. */
    public void updateAll(List<Entry> entries) {
        for (int from = 0; from < entries.size(); from += BATCH) {
            List<Entry> part = entries.subList(from, Math.min(from + BATCH, entries.size()));
            try (Arena arena = Arena.ofConfined()) {
                BatchBuffers buffers = BatchBuffers.allocate(arena, info, part.size());
                for (int i = 0; i < part.size(); i++) {
                    put(buffers.keys(), i, part.get(i).key());
                    put(buffers.values(), i, part.get(i).value());
                }
                check(Libbpf.updateBatch(fd(), buffers), "writing %d entries to".formatted(part.size()));
            }
        }
    }

    /**
     * Lays an entry out.
     *
     * @param <T> what an entry is made of
     */
    @FunctionalInterface
    public interface Layout<T> {
        /** Writes key and value at the positions of the two buffers, which are in the machine's order; the rest is zero. */
        void put(T item, ByteBuffer key, ByteBuffer value);
    }

    /** Writes many entries with few calls, without an object for each. */
    public <T> void updateAll(Collection<T> items, Layout<T> layout) {
        if (items.isEmpty()) {
            return;
        }
        int room = Math.min(BATCH, items.size());
        ByteBuffer keys = ByteBuffer.allocate(room * info.keySize()).order(ByteOrder.nativeOrder());
        ByteBuffer values = ByteBuffer.allocate(room * info.valueSize()).order(ByteOrder.nativeOrder());
        try (Arena arena = Arena.ofConfined()) {
            BatchBuffers buffers = BatchBuffers.allocate(arena, info, room);
            int count = 0;
            for (T item : items) {
                layout.put(item, keys.position(count * info.keySize()), values.position(count * info.valueSize()));
                if (++count == room) {
                    write(buffers, keys, values, count);
                    count = 0;
                }
            }
            if (count > 0) {
                write(buffers, keys, values, count);
            }
        }
    }

    private void write(BatchBuffers buffers, ByteBuffer keys, ByteBuffer values, int count) {
        MemorySegment.copy(keys.array(), 0, buffers.keys(), JAVA_BYTE, 0, count * info.keySize());
        MemorySegment.copy(values.array(), 0, buffers.values(), JAVA_BYTE, 0, count * info.valueSize());
        buffers.setCount(count);
        check(Libbpf.updateBatch(fd(), buffers), "writing %d entries to".formatted(count));
        Arrays.fill(keys.array(), (byte) 0);
        Arrays.fill(values.array(), (byte) 0);
    }

    private static void put(MemorySegment to, int index, byte[] bytes) {
        MemorySegment.copy(bytes, 0, to, JAVA_BYTE, (long) index * bytes.length, bytes.length);
    }

    /** Removes an entry; false if there was none. */
    public boolean delete(byte[] key) {
        try (Arena arena = Arena.ofConfined()) {
            int result = Libbpf.delete(fd(), Native.copy(arena, key));
            if (result == -Errno.ENOENT.number()) {
                return false;
            }
            check(result, "removing from");
            return true;
        }
    }

    /** Reads every entry of a hash map. An entry written meanwhile may be in it or not. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        int room = BATCH;
        try (Arena arena = Arena.ofConfined()) {
            // the kernel's cursor: the number of the next bucket
            MemorySegment cursor = arena.allocate(Math.max(info.keySize(), 8), 8);
            MemorySegment in = MemorySegment.NULL;
            BatchBuffers buffers = BatchBuffers.allocate(arena, info, room);
            while (true) {
                buffers.setCount(room);
                int result = Libbpf.lookupBatch(fd(), in, cursor, buffers);
                if (result == -Errno.ENOSPC.number()) { // one bucket holds more than there is room for
                    room *= 2;
                    buffers = BatchBuffers.allocate(arena, info, room);
                    continue;
                }
                boolean last = result == -Errno.ENOENT.number();
                if (!last) {
                    check(result, "reading all of");
                }
                collect(buffers, entries);
                if (last) {
                    return entries;
                }
                in = cursor;
            }
        }
    }

    private void collect(BatchBuffers buffers, List<Entry> to) {
        for (int i = 0; i < buffers.done(); i++) {
            to.add(new Entry(take(buffers.keys(), i, info.keySize()), take(buffers.values(), i, info.valueSize())));
        }
    }

    private static byte[] take(MemorySegment from, int index, int length) {
        return from.asSlice((long) index * length, length).toArray(JAVA_BYTE);
    }

    /** Maps the values of an array map made with BPF_F_MMAPABLE; one value begins every {@code valueSize} bytes. */
    public MappedRegion mmap() {
        if ((info.valueSize() & 7) != 0) {
            throw new IllegalStateException(
                    "map \"%s\": values of %d bytes are padded in memory".formatted(name, info.valueSize()));
        }
        return new MappedRegion(fd(), (long) info.maxEntries() * info.valueSize());
    }

    /** Opens a ring buffer for reading. */
    public RingBuffer ring() {
        return new RingBuffer(fd(), info.maxEntries());
    }

    /** Gives the map a further name in a bpffs. */
    public void pin(Path pin) {
        try (Arena arena = Arena.ofConfined()) {
            check(Libbpf.objPin(fd(), arena.allocateFrom(pin.toString())), "pinning at %s the".formatted(pin));
        }
    }

    /** Its descriptor in this process, for calls that name a map by it; belongs to this object. */
    public int descriptor() {
        return fd();
    }

    private int fd() {
        if (closed) {
            throw new IllegalStateException("map \"%s\" is closed".formatted(name));
        }
        return fd;
    }

    private void check(int result, String doing) {
        if (result < 0) {
            Errno errno = new Errno(-result);
            String what = "%s map \"%s\"".formatted(doing, name);
            throw errno.equals(Errno.E2BIG)
                    ? new BpfException.CallFailed(
                            what, errno, "it is full at %d entries; open it larger".formatted(info.maxEntries()))
                    : new BpfException.CallFailed(what, errno);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.close(fd);
        }
    }
}
