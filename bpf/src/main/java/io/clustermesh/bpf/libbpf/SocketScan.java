package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * An iterator program: the kernel calls it once for each socket of a network namespace. What it finds it leaves in maps.
 * Used by one platform thread at a time.
 */
public final class SocketScan implements AutoCloseable {

    private static final int TRACE_ITER = 28;
    private static final int EAGAIN = 11;
    private static final int BUFFER_BYTES = 256;
    private static final MethodHandle READ = Native.withErrno(
            Native.LINKER.defaultLookup(), "read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

    private final int link;

    SocketScan(int program) {
        link = Libbpf.linkCreate(program, 0, TRACE_ITER);
        if (link < 0) {
            throw new BpfException.CallFailed("making an iterator over sockets", new Errno(-link));
        }
    }

    /** Goes once over the sockets of {@code namespace}. */
    public void run(Path namespace) {
        int iterator = NetworkVisit.to(namespace, () -> Libbpf.iterCreate(link));
        if (iterator < 0) {
            throw new BpfException.CallFailed("starting an iterator over sockets", new Errno(-iterator));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.errnoState(arena);
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            long result;
            do { // the program writes no text; the kernel may pause after a million sockets
                long room = BUFFER_BYTES;
                result = (long) READ.invokeExact(state, iterator, buffer, room);
            } while (result > 0 || (result < 0 && Native.errno(state).number() == EAGAIN));
            if (result < 0) {
                throw new BpfException.CallFailed("going over sockets", Native.errno(state));
            }
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            Libc.close(iterator);
        }
    }

    @Override
    public void close() {
        Libc.close(link);
    }
}
