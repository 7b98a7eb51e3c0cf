package io.clustermesh.bgp.netlink;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * A NETLINK_ROUTE socket through the C library. Bound to the network namespace of the thread that opens it; used by one
 * platform thread at a time, which may wait in {@link #receive} for at most two seconds.
 */
final class NetlinkSocket implements AutoCloseable {

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int RECEIVE_SECONDS = 2;

    /** The kernel's listings come in datagrams of at most 32 KiB. */
    private static final int RECEIVE_BYTES = 64 * 1024;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = call(
            "socket",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle SETSOCKOPT = call(
            "setsockopt",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle SEND = call("send", transfer());
    private static final MethodHandle RECV = call("recv", transfer());
    private static final MethodHandle CLOSE =
            call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = arena.allocate(STATE);
    private final MemorySegment buffer = arena.allocate(RECEIVE_BYTES);
    private final int fd;

    NetlinkSocket() {
        try {
            fd = checked("open a netlink socket", (int)
                    SOCKET.invokeExact(state, AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE));
            MemorySegment timeout = arena.allocate(16, 8);
            timeout.set(ValueLayout.JAVA_LONG, 0, RECEIVE_SECONDS);
            checked("limit the wait on a netlink socket", (int)
                    SETSOCKOPT.invokeExact(state, fd, SOL_SOCKET, SO_RCVTIMEO, timeout, 16));
            MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            // only the wording of errors hangs on it
            int ignored = (int) SETSOCKOPT.invokeExact(state, fd, SOL_NETLINK, NETLINK_EXT_ACK, on, 4);
        } catch (Throwable e) {
            arena.close();
            throw rethrown(e);
        }
    }

    void send(String what, byte[] message) {
        MemorySegment.copy(message, 0, buffer, ValueLayout.JAVA_BYTE, 0, message.length);
        try {
            checked(what, (long) SEND.invokeExact(state, fd, buffer, (long) message.length, 0));
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** The next datagram. */
    byte[] receive(String what) {
        try {
            long length = checked(what, (long) RECV.invokeExact(state, fd, buffer, (long) RECEIVE_BYTES, 0));
            return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    @Override
    public void close() {
        if (!arena.scope().isAlive()) {
            return;
        }
        try {
            int ignored = (int) CLOSE.invokeExact(state, fd);
        } catch (Throwable e) {
            throw rethrown(e);
        } finally {
            arena.close();
        }
    }

    private int checked(String what, int result) {
        return (int) checked(what, (long) result);
    }

    private long checked(String what, long result) {
        if (result < 0) {
            throw new NetlinkException(what, (int) ERRNO.get(state, 0L), "");
        }
        return result;
    }

    private static RuntimeException rethrown(Throwable e) {
        if (e instanceof RuntimeException known) {
            return known;
        }
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a call into the C library failed", e);
    }

    private static FunctionDescriptor transfer() {
        return FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT);
    }

    private static MethodHandle call(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }
}
