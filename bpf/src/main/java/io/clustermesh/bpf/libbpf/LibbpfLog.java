package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * What libbpf prints, kept instead of printed: its complaints and the verifier's log end up in the exception of the
 * load that failed. libbpf calls back on the thread that called it.
 */
final class LibbpfLog {

    private static final int DEBUG = 2;
    private static final int LINE_LIMIT_BYTES = 1 << 20;
    private static final int KEPT_CHARS = 32 * 1024;

    private static final StringBuilder TEXT = new StringBuilder();
    private static final MethodHandle VSNPRINTF = Native.function(
            Native.LINKER.defaultLookup(), "vsnprintf", Native.returnsInt(ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

    private LibbpfLog() {}

    /** Makes libbpf print to here from now on. */
    static void install(SymbolLookup libbpf) throws Throwable {
        MethodHandle print = MethodHandles.lookup()
                .findStatic(
                        LibbpfLog.class,
                        "print",
                        MethodType.methodType(int.class, int.class, MemorySegment.class, MemorySegment.class));
        MemorySegment stub =
                Native.LINKER.upcallStub(print, Native.returnsInt(JAVA_INT, ADDRESS, ADDRESS), Arena.global());
        MethodHandle setPrint = Native.function(libbpf, "libbpf_set_print", Native.returnsPointer(ADDRESS));
        MemorySegment ignored = (MemorySegment) setPrint.invokeExact(stub);
    }

    /** What was printed since the last call; the end of it if it was long. */
    static String drain() {
        synchronized (TEXT) {
            String text = TEXT.toString().strip();
            TEXT.setLength(0);
            return text;
        }
    }

    /** Called by libbpf. The list of arguments arrives as a pointer; nothing may be thrown from here. */
    @SuppressWarnings({"CatchAndPrintStackTrace", "UnusedMethod"})
    private static int print(int level, MemorySegment format, MemorySegment arguments) {
        if (level >= DEBUG) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment line = arena.allocate(LINE_LIMIT_BYTES);
            long limit = LINE_LIMIT_BYTES;
            int length = (int) VSNPRINTF.invokeExact(line, limit, format, arguments);
            keep(line.getString(0));
            return length;
        } catch (Throwable t) {
            keep("(a line of libbpf could not be read: " + t + ")");
            return 0;
        }
    }

    private static void keep(String line) {
        synchronized (TEXT) {
            TEXT.append(line);
            if (TEXT.length() > KEPT_CHARS) {
                TEXT.delete(0, TEXT.length() - KEPT_CHARS);
            }
        }
    }
}
