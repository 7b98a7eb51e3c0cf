package io.clustermesh.bpf.sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A socket as a dump names it, enough to end exactly that one.
 *
 * @param family AF_INET or AF_INET6
 * @param protocol IP protocol number
 * @param id struct inet_diag_sockid: ports, addresses, interface, cookie
 * @param storages values of the maps that were asked for, of those that the socket has
 */
@SuppressWarnings("ArrayRecordComponent") // carried from a dump to a request, never compared
record SocketRef(int family, int protocol, byte[] id, List<byte[]> storages) {

    private static final int COOKIE = 40;

    SocketRef {
        storages = List.copyOf(storages);
    }

    /** The socket's number in this kernel, given to no other. */
    long cookie() {
        return ByteBuffer.wrap(id).order(ByteOrder.nativeOrder()).getLong(COOKIE);
    }

    @Override
    public String toString() {
        return "socket " + Arrays.toString(id);
    }
}
