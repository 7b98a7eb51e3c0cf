package io.clustermesh.bpf.maps;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.NumericIdentity;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Bytes of the ipcache's keys and values, as {@code tables.h} lays them out. */
final class IpcacheLayout {

    private static final int PREFIX_BYTES = 24;
    private static final int ENTRY_BYTES = 8;

    /** The family stands before the address and counts as prefix. */
    private static final int FAMILY_BITS = 32;

    private static final int FOUR = 4;
    private static final int SIX = 6;

    private IpcacheLayout() {}

    static byte[] prefix(Cidr block) {
        Cidr unmapped = MappedAddresses.unmapped(block);
        IpAddress base = unmapped.base();
        return ByteBuffer.allocate(PREFIX_BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(FAMILY_BITS + unmapped.length())
                .putInt(base.family() == Family.IPV4 ? FOUR : SIX)
                .put(base.bytes())
                .array();
    }

    static Cidr prefix(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        int length = buffer.getInt() - FAMILY_BITS;
        byte[] address = new byte[buffer.getInt() == FOUR ? 4 : 16];
        buffer.get(address);
        return new Cidr(IpAddress.of(address), length);
    }

    static byte[] entry(IpcacheEntry entry) {
        return ByteBuffer.allocate(ENTRY_BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(entry.identity().value())
                .putInt(entry.clusterId())
                .array();
    }

    static IpcacheEntry entry(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        return new IpcacheEntry(new NumericIdentity(buffer.getInt()), buffer.getInt());
    }
}
