package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.function.IntSupplier;

/** A short stay of the calling thread in another network namespace: what it opens there belongs there for good. */
final class NetworkVisit {

    private static final int CLONE_NEWNET = 0x40000000;
    private static final Path OWN = Path.of("/proc/thread-self/ns/net");
    private static final MethodHandle SETNS =
            Native.withErrno(Native.LINKER.defaultLookup(), "setns", Native.returnsInt(JAVA_INT, JAVA_INT));

    private NetworkVisit() {}

    /**
     * Has {@code work} done in {@code namespace}; other threads stay where they are.
     *
     * @throws IllegalStateException on a virtual thread, whose carrier must not be moved
     */
    static int to(Path namespace, IntSupplier work) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("network namespaces are visited by platform threads only");
        }
        int home = Libc.open(OWN);
        try {
            int there = Libc.open(namespace);
            try {
                enter(there, namespace);
            } finally {
                Libc.close(there);
            }
            try {
                return work.getAsInt();
            } finally {
                enter(home, OWN);
            }
        } finally {
            Libc.close(home);
        }
    }

    private static void enter(int descriptor, Path namespace) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Native.errnoState(arena);
            int result = (int) SETNS.invokeExact(state, descriptor, CLONE_NEWNET);
            if (result < 0) {
                throw new BpfException.CallFailed(
                        "entering network namespace %s".formatted(namespace), Native.errno(state));
            }
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
