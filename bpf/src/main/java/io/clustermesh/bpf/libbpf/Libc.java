package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The system calls that libbpf does not wrap. Numbers are Linux's, the same on all its 64-bit machines. */
final class Libc {

    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x80000;
    private static final int PROT_READ = 1;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final long MAP_FAILED = -1;

    private static final SymbolLookup LIBC = Native.LINKER.defaultLookup();
    private static final MethodHandle OPEN =
            Native.withErrno(LIBC, "open", Native.returnsInt(ADDRESS, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle FCNTL =
            Native.withErrno(LIBC, "fcntl", Native.returnsInt(JAVA_INT, JAVA_INT, JAVA_INT), 2);
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final MethodHandle CLOSE = Native.function(LIBC, "close", Native.returnsInt(JAVA_INT));
    private static final MethodHandle MMAP = Native.withErrno(
            LIBC, "mmap", Native.returnsPointer(ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP = Native.function(LIBC, "munmap", Native.returnsInt(ADDRESS, JAVA_LONG));
    private static final MethodHandle MOUNT =
            Native.withErrno(LIBC, "mount", Native.returnsInt(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

    private static final MethodHandle SYSCONF =
            Native.function(LIBC, "sysconf", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    private static final int SC_PAGESIZE = 30;

    private Libc() {}

    static long pageSize() {
        try {
            return (long) SYSCONF.invokeExact(SC_PAGESIZE);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Opens a directory for reading, which is what attaching to a cgroup needs. */
    static int open(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.errnoState(arena);
            int flags = O_RDONLY | O_CLOEXEC;
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path.toString()), flags, 0);
            if (fd < 0) {
                throw new BpfException.CallFailed("opening " + path, Native.errno(state));
            }
            return fd;
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** A second descriptor of the same thing. */
    static int duplicate(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.errnoState(arena);
            int second = (int) FCNTL.invokeExact(state, fd, F_DUPFD_CLOEXEC, 0);
            if (second < 0) {
                throw new BpfException.CallFailed("duplicating a descriptor", Native.errno(state));
            }
            return second;
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    static void close(int fd) {
        try {
            int ignored = (int) CLOSE.invokeExact(fd);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Maps {@code length} bytes of {@code fd}; {@code arena} unmaps them. */
    static MemorySegment mmap(int fd, long length, Arena arena) {
        return mmap(fd, length, PROT_READ_WRITE, 0, arena);
    }

    /** Maps {@code length} bytes from {@code offset} on, for reading. */
    static MemorySegment mmapReadOnly(int fd, long length, long offset, Arena arena) {
        return mmap(fd, length, PROT_READ, offset, arena);
    }

    private static MemorySegment mmap(int fd, long length, int protection, long offset, Arena arena) {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment state = Native.errnoState(call);
            MemorySegment mapped = (MemorySegment)
                    MMAP.invokeExact(state, MemorySegment.NULL, length, protection, MAP_SHARED, fd, offset);
            if (mapped.address() == MAP_FAILED) {
                throw new BpfException.CallFailed("mapping %d bytes of a map".formatted(length), Native.errno(state));
            }
            return mapped.reinterpret(length, arena, segment -> munmap(segment, length));
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static void munmap(MemorySegment segment, long length) {
        try {
            int ignored = (int) MUNMAP.invokeExact(segment, length);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    static void mount(String source, Path target, String type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.errnoState(arena);
            MemorySegment from = arena.allocateFrom(source);
            MemorySegment to = arena.allocateFrom(target.toString());
            int result = (int) MOUNT.invokeExact(state, from, to, arena.allocateFrom(type), 0L, MemorySegment.NULL);
            if (result != 0) {
                throw new BpfException.CallFailed(
                        "mounting a %s at %s".formatted(type, target),
                        Native.errno(state),
                        "run as root, or mount it by hand: mount -t %s %s %s".formatted(type, source, target));
            }
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
