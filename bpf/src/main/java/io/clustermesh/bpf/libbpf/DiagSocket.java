package io.clustermesh.bpf.libbpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A NETLINK_SOCK_DIAG socket: asks the kernel about the sockets of one network namespace, and ends them. It belongs to
 * the namespace for good; the thread that opens it visits the namespace only for that moment. Used by one platform
 * thread at a time, which may wait in {@link #receive} for at most two seconds.
 */
public final class DiagSocket implements AutoCloseable {

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int TIMEVAL_BYTES = 16;
    private static final long RECEIVE_SECONDS = 2;
    private static final int BUFFER_BYTES = 64 * 1024;

    private static final SymbolLookup LIBC = Native.LINKER.defaultLookup();
    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SOCKET =
            Native.withErrno(LIBC, "socket", Native.returnsInt(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            Native.withErrno(LIBC, "setsockopt", Native.returnsInt(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND = Native.withErrno(LIBC, "send", TRANSFER);
    private static final MethodHandle RECV = Native.withErrno(LIBC, "recv", TRANSFER);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = Native.errnoState(arena);
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
    private final int fd;

    private DiagSocket(Path namespace) {
        try {
            fd = NetworkVisit.to(namespace, this::socket);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /**
     * Opens one.
     *
     * @param namespace such as {@code /proc/1/ns/net}
     * @throws BpfException.CallFailed if the namespace is gone, or without the right to enter it
     * @throws IllegalStateException on a virtual thread, whose carrier must not be moved
     */
    public static DiagSocket open(Path namespace) {
        return new DiagSocket(namespace);
    }

    private int socket() {
        try {
            int socket = (int) SOCKET.invokeExact(state, AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
            checked("opening a netlink socket", socket);
            MemorySegment timeout = arena.allocate(TIMEVAL_BYTES, 8);
            timeout.set(JAVA_LONG, 0, RECEIVE_SECONDS);
            checked("limiting the wait on a netlink socket", (int)
                    SETSOCKOPT.invokeExact(state, socket, SOL_SOCKET, SO_RCVTIMEO, timeout, TIMEVAL_BYTES));
            return socket;
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Sends one message. */
    public void send(byte[] message) {
        MemorySegment.copy(message, 0, buffer, JAVA_BYTE, 0, message.length);
        long length = message.length;
        try {
            checked("asking about sockets", (long) SEND.invokeExact(state, fd, buffer, length, 0));
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** The next datagram, one or more messages of the kernel. */
    public byte[] receive() {
        long room = BUFFER_BYTES;
        try {
            long length = (long) RECV.invokeExact(state, fd, buffer, room, 0);
            checked("reading about sockets", length);
            return buffer.asSlice(0, length).toArray(JAVA_BYTE);
        } catch (BpfException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private void checked(String what, long result) {
        if (result < 0) {
            throw new BpfException.CallFailed(what, Native.errno(state));
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            Libc.close(fd);
        }
    }
}
