package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** How native functions are found and called, and how errno is read. */
final class Native {

    static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO_OPTION = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private Native() {}

    /** A function whose result says it all. */
    static MethodHandle function(SymbolLookup lookup, String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(lookup.findOrThrow(name), type, options);
    }

    /** A function that leaves its error in errno; its first parameter is a segment from {@link #errnoState}. */
    static MethodHandle withErrno(SymbolLookup lookup, String name, FunctionDescriptor type) {
        return function(lookup, name, type, ERRNO_OPTION);
    }

    /** The same for a variadic function. */
    static MethodHandle withErrno(SymbolLookup lookup, String name, FunctionDescriptor type, int firstVariadic) {
        return function(lookup, name, type, ERRNO_OPTION, Linker.Option.firstVariadicArg(firstVariadic));
    }

    static MemorySegment errnoState(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    static Errno errno(MemorySegment state) {
        return new Errno((int) ERRNO.get(state, 0L));
    }

    /** {@code int f(ptr, ptr, ...)} with {@code parameters} as given. */
    static FunctionDescriptor returnsInt(MemoryLayout... parameters) {
        return FunctionDescriptor.of(JAVA_INT, parameters);
    }

    static FunctionDescriptor returnsPointer(MemoryLayout... parameters) {
        return FunctionDescriptor.of(ADDRESS, parameters);
    }

    static boolean isNull(MemorySegment pointer) {
        return pointer.address() == 0;
    }

    /** Copies {@code bytes} off the heap. */
    static MemorySegment copy(Arena arena, byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    /** What a downcall handle throws besides what it was told to: nothing, so it is a fault of ours. */
    static IllegalStateException unexpected(Throwable thrown) {
        return new IllegalStateException("a native call could not be made", thrown);
    }
}
