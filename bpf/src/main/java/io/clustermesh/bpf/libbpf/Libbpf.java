package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * libbpf 1.x, function by function. Functions that return a number return {@code -errno} themselves (libbpf 1.0), so
 * only those that return a pointer need errno captured. Thread-safe as libbpf is: an object belongs to one thread, the
 * calls on file descriptors may come from any.
 */
final class Libbpf {

    private static final String LIBRARY = "libbpf.so.1";

    /** Found once; a machine without libbpf keeps the empty one. */
    private static final Optional<SymbolLookup> LOADED = load();

    private Libbpf() {}

    private static Optional<SymbolLookup> load() {
        try {
            SymbolLookup library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
            LibbpfLog.install(library);
            return Optional.of(library);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    static boolean isPresent() {
        return LOADED.isPresent();
    }

    /** Handles, made when the first function is called and not before. */
    private static final class Handles {
        private static final SymbolLookup LIBBPF = LOADED.orElseThrow(BpfException.LibraryMissing::new);

        static final MethodHandle OPEN_MEM =
                Native.withErrno(LIBBPF, "bpf_object__open_mem", Native.returnsPointer(ADDRESS, JAVA_LONG, ADDRESS));
        static final MethodHandle LOAD = ints("bpf_object__load", ADDRESS);
        static final MethodHandle CLOSE =
                Native.function(LIBBPF, "bpf_object__close", FunctionDescriptor.ofVoid(ADDRESS));
        static final MethodHandle FIND_MAP =
                Native.function(LIBBPF, "bpf_object__find_map_by_name", Native.returnsPointer(ADDRESS, ADDRESS));
        static final MethodHandle FIND_PROGRAM =
                Native.function(LIBBPF, "bpf_object__find_program_by_name", Native.returnsPointer(ADDRESS, ADDRESS));
        static final MethodHandle SET_MAX_ENTRIES = ints("bpf_map__set_max_entries", ADDRESS, JAVA_INT);
        static final MethodHandle SET_PIN_PATH = ints("bpf_map__set_pin_path", ADDRESS, ADDRESS);
        static final MethodHandle MAP_FD = ints("bpf_map__fd", ADDRESS);
        static final MethodHandle PROGRAM_FD = ints("bpf_program__fd", ADDRESS);
        static final MethodHandle ATTACH_TYPE = ints("bpf_program__expected_attach_type", ADDRESS);

        static final MethodHandle OBJ_GET = ints("bpf_obj_get", ADDRESS);
        static final MethodHandle OBJ_PIN = ints("bpf_obj_pin", JAVA_INT, ADDRESS);
        static final MethodHandle INFO = ints("bpf_obj_get_info_by_fd", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle LINK_CREATE = ints("bpf_link_create", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
        static final MethodHandle ITER_CREATE = ints("bpf_iter_create", JAVA_INT);
        static final MethodHandle LINK_UPDATE = ints("bpf_link_update", JAVA_INT, JAVA_INT, ADDRESS);
        static final MethodHandle LINK_DETACH = ints("bpf_link_detach", JAVA_INT);

        static final MethodHandle LOOKUP = ints("bpf_map_lookup_elem", JAVA_INT, ADDRESS, ADDRESS);
        static final MethodHandle UPDATE = ints("bpf_map_update_elem", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
        static final MethodHandle DELETE = ints("bpf_map_delete_elem", JAVA_INT, ADDRESS);
        static final MethodHandle LOOKUP_BATCH =
                ints("bpf_map_lookup_batch", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle UPDATE_BATCH =
                ints("bpf_map_update_batch", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        static final MethodHandle CPUS = ints("libbpf_num_possible_cpus");
        static final MethodHandle PROG_LOAD =
                ints("bpf_prog_load", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);

        private Handles() {}

        private static MethodHandle ints(String name, MemoryLayout... parameters) {
            return Native.function(LIBBPF, name, Native.returnsInt(parameters));
        }
    }

    /** A native call that returns a number; negative numbers are errors. */
    @FunctionalInterface
    interface IntCall {
        int make() throws Throwable;
    }

    /** A native call that returns a pointer. */
    @FunctionalInterface
    interface PointerCall {
        MemorySegment make() throws Throwable;
    }

    private static void requireLibrary() {
        if (LOADED.isEmpty()) {
            throw new BpfException.LibraryMissing();
        }
    }

    private static int number(IntCall call) {
        requireLibrary();
        try {
            return call.make();
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static MemorySegment pointer(PointerCall call) {
        requireLibrary();
        try {
            return call.make();
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    static MemorySegment openMem(MemorySegment errno, MemorySegment elf, MemorySegment opts) {
        long size = elf.byteSize();
        return pointer(() -> (MemorySegment) Handles.OPEN_MEM.invokeExact(errno, elf, size, opts));
    }

    static int load(MemorySegment object) {
        return number(() -> (int) Handles.LOAD.invokeExact(object));
    }

    static void close(MemorySegment object) {
        number(() -> {
            Handles.CLOSE.invokeExact(object);
            return 0;
        });
    }

    static MemorySegment findMap(MemorySegment object, MemorySegment name) {
        return pointer(() -> (MemorySegment) Handles.FIND_MAP.invokeExact(object, name));
    }

    static MemorySegment findProgram(MemorySegment object, MemorySegment name) {
        return pointer(() -> (MemorySegment) Handles.FIND_PROGRAM.invokeExact(object, name));
    }

    static int setMaxEntries(MemorySegment map, int entries) {
        return number(() -> (int) Handles.SET_MAX_ENTRIES.invokeExact(map, entries));
    }

    static int setPinPath(MemorySegment map, MemorySegment path) {
        return number(() -> (int) Handles.SET_PIN_PATH.invokeExact(map, path));
    }

    static int mapFd(MemorySegment map) {
        return number(() -> (int) Handles.MAP_FD.invokeExact(map));
    }

    static int programFd(MemorySegment program) {
        return number(() -> (int) Handles.PROGRAM_FD.invokeExact(program));
    }

    static int attachType(MemorySegment program) {
        return number(() -> (int) Handles.ATTACH_TYPE.invokeExact(program));
    }

    static int objGet(MemorySegment path) {
        return number(() -> (int) Handles.OBJ_GET.invokeExact(path));
    }

    static int objPin(int fd, MemorySegment path) {
        return number(() -> (int) Handles.OBJ_PIN.invokeExact(fd, path));
    }

    static int info(int fd, MemorySegment info, MemorySegment length) {
        return number(() -> (int) Handles.INFO.invokeExact(fd, info, length));
    }

    static int linkCreate(int program, int cgroup, int attachType) {
        return number(() -> (int) Handles.LINK_CREATE.invokeExact(program, cgroup, attachType, MemorySegment.NULL));
    }

    static int iterCreate(int link) {
        return number(() -> (int) Handles.ITER_CREATE.invokeExact(link));
    }

    static int linkUpdate(int link, int program) {
        return number(() -> (int) Handles.LINK_UPDATE.invokeExact(link, program, MemorySegment.NULL));
    }

    static int linkDetach(int link) {
        return number(() -> (int) Handles.LINK_DETACH.invokeExact(link));
    }

    static int lookup(int map, MemorySegment key, MemorySegment value) {
        return number(() -> (int) Handles.LOOKUP.invokeExact(map, key, value));
    }

    static int update(int map, MemorySegment key, MemorySegment value) {
        return number(() -> (int) Handles.UPDATE.invokeExact(map, key, value, 0L));
    }

    static int delete(int map, MemorySegment key) {
        return number(() -> (int) Handles.DELETE.invokeExact(map, key));
    }

    static int lookupBatch(int map, MemorySegment in, MemorySegment out, BatchBuffers to) {
        return number(() ->
                (int) Handles.LOOKUP_BATCH.invokeExact(map, in, out, to.keys(), to.values(), to.count(), to.opts()));
    }

    static int updateBatch(int map, BatchBuffers from) {
        return number(() ->
                (int) Handles.UPDATE_BATCH.invokeExact(map, from.keys(), from.values(), from.count(), from.opts()));
    }

    static int possibleCpus() {
        return number(() -> (int) Handles.CPUS.invokeExact());
    }

    static int progLoad(int type, MemorySegment name, MemorySegment licence, MemorySegment code, MemorySegment opts) {
        long instructions = code.byteSize() / 8;
        return number(() -> (int) Handles.PROG_LOAD.invokeExact(type, name, licence, code, instructions, opts));
    }
}
