package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An object file on its way into the kernel: open, set up its maps, load, attach its programs, close. Closing lets go
 * of programs and maps; what is linked or pinned stays. Owned by one thread.
 */
public final class BpfObject implements AutoCloseable {

    private static final int OPEN_OPTS_BYTES = 16;

    private final String name;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment object;

    private BpfObject(String name, byte[] elf) {
        this.name = name;
        MemorySegment opts = arena.allocate(OPEN_OPTS_BYTES, 8);
        opts.set(JAVA_LONG, 0, OPEN_OPTS_BYTES);
        opts.set(ADDRESS, 8, arena.allocateFrom(name));
        MemorySegment errno = Native.errnoState(arena);
        LibbpfLog.drain();
        object = Libbpf.openMem(errno, Native.copy(arena, elf), opts);
        if (Native.isNull(object)) {
            Errno why = Native.errno(errno);
            arena.close();
            throw new BpfException.LoadRefused(name, why, LibbpfLog.drain());
        }
    }

    /**
     * Reads an object file.
     *
     * @param name for messages and for the kernel's lists
     * @param elf its bytes
     * @throws BpfException.LibraryMissing if there is no libbpf
     */
    public static BpfObject open(String name, byte[] elf) {
        return new BpfObject(name, elf);
    }

    /** Sets how many entries a map will have; before {@link #load}. */
    public void setMaxEntries(String map, int entries) {
        check(Libbpf.setMaxEntries(map(map), entries), "setting the size of map \"%s\"".formatted(map));
    }

    /** Sets where a map is pinned; a map that is pinned there already is used as it is. Before {@link #load}. */
    public void setPinPath(String map, Path pin) {
        check(
                Libbpf.setPinPath(map(map), arena.allocateFrom(pin.toString())),
                "setting the pin of map \"%s\"".formatted(map));
    }

    /**
     * Makes the maps, has the programs verified and loads them.
     *
     * @throws BpfException.LoadRefused with the verifier's log
     */
    public void load() {
        LibbpfLog.drain();
        int result = Libbpf.load(object);
        if (result < 0) {
            throw new BpfException.LoadRefused(name, new Errno(-result), LibbpfLog.drain());
        }
    }

    /**
     * Attaches a loaded program to a cgroup by a link pinned at {@code pin}. If that link is there already and on the
     * same cgroup, it gets the program in one step, without a moment in between; a link to another cgroup is replaced.
     *
     * @param former where an earlier version pinned the link; taken over in the same way if {@code pin} is not there
     */
    public void attach(String program, Path cgroup, Path pin, Optional<Path> former) {
        MemorySegment found = program(program);
        BpfLink.attach(Libbpf.programFd(found), Libbpf.attachType(found), cgroup, new BpfLink.Pins(pin, former));
    }

    /** Makes an iterator of a loaded program; it outlives this object. */
    public SocketScan scan(String program) {
        return new SocketScan(Libbpf.programFd(program(program)));
    }

    /** Opens a map of a loaded object; it outlives this object. */
    public BpfMap open(String map) {
        return BpfMap.ofDescriptor(map, Libbpf.mapFd(map(map)));
    }

    private MemorySegment program(String program) {
        MemorySegment found = Libbpf.findProgram(object, arena.allocateFrom(program));
        if (Native.isNull(found)) {
            throw new IllegalArgumentException("object \"%s\" has no program \"%s\"".formatted(name, program));
        }
        return found;
    }

    private MemorySegment map(String map) {
        MemorySegment found = Libbpf.findMap(object, arena.allocateFrom(map));
        if (Native.isNull(found)) {
            throw new IllegalArgumentException("object \"%s\" has no map \"%s\"".formatted(name, map));
        }
        return found;
    }

    private static void check(int result, String what) {
        if (result < 0) {
            throw new BpfException.CallFailed(what, new Errno(-result));
        }
    }

    @Override
    public void close() {
        Libbpf.close(object);
        arena.close();
    }
}
