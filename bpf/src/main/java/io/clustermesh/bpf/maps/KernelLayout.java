package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Bytes of keys and values as {@code tables.h} lays them out: numbers in the machine's order, addresses and ports in
 * the network's.
 */
final class KernelLayout {

    /** Raised with every change in {@code tables.h} that old pins don't fit. */
    static final String VERSION = "v2";

    static final int FRONTEND_BYTES = 20;
    static final int SLOT_BYTES = 12;
    static final int SERVICE_BYTES = 16 + ServiceEntry.MAX_SLOTS * SLOT_BYTES;
    static final int POLICY_BYTES = 8;
    static final int BACKEND_BYTES = 24;
    static final int BLOCK_ENTRIES = 1024;
    static final int BLOCK_BYTES = BLOCK_ENTRIES * Integer.BYTES;

    /** Offset of a backend's word: port, protocol, state, cluster id. */
    static final int BACKEND_WORD = 16;

    /** Offset of the state byte. */
    static final int BACKEND_STATE = 19;

    /** Longs of a tally, of a backend or of a service. */
    static final int TALLY_BYTES = 4 * Long.BYTES;

    private static final int ADDRESS_BYTES = 16;

    /** The lower half of ::ffff:0.0.0.0. */
    private static final long MAPPED = 0xffffL << 32;

    private KernelLayout() {}

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer reading(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    static byte[] frontend(FrontendKey frontend) {
        ByteBuffer buffer = buffer(FRONTEND_BYTES);
        put(buffer, frontend);
        return buffer.array();
    }

    static void put(ByteBuffer to, FrontendKey frontend) {
        put(to, frontend.ip());
        putL4(to, frontend.l4());
    }

    /** In the network's order, IPv4 as v4-mapped. */
    private static void put(ByteBuffer to, IpAddress ip) {
        boolean mapped = ip.family() == IpAddress.Family.IPV4;
        putBig(to, mapped ? 0 : ip.high());
        putBig(to, mapped ? MAPPED | ip.low() : ip.low());
    }

    private static void putBig(ByteBuffer to, long word) {
        to.putLong(to.order() == ByteOrder.BIG_ENDIAN ? word : Long.reverseBytes(word));
    }

    static FrontendKey frontend(byte[] bytes) {
        ByteBuffer buffer = reading(bytes);
        IpAddress ip = address(buffer);
        return new FrontendKey(ip, l4(buffer));
    }

    static byte[] service(ServiceEntry entry) {
        ByteBuffer buffer = buffer(SERVICE_BYTES);
        put(buffer, entry);
        return buffer.array();
    }

    static void put(ByteBuffer to, ServiceEntry entry) {
        to.putInt(entry.serviceId())
                .putInt(entry.slots().size())
                .putInt(entry.affinitySeconds())
                .putInt(0);
        for (Slot slot : entry.slots()) {
            to.putInt(slot.clusterId()).putInt(slot.tableBase()).putInt(slot.tableSize());
        }
    }

    static ServiceEntry service(byte[] bytes) {
        ByteBuffer buffer = reading(bytes);
        int id = buffer.getInt();
        int count = buffer.getInt();
        int affinitySeconds = buffer.getInt();
        buffer.getInt();
        List<Slot> slots = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            slots.add(new Slot(buffer.getInt(), buffer.getInt(), buffer.getInt()));
        }
        return new ServiceEntry(id, slots, affinitySeconds);
    }

    /** The entry as three words: two of the address, then the one that makes it valid. */
    static long[] backend(BackendEntry backend) {
        ByteBuffer buffer = buffer(BACKEND_BYTES);
        put(buffer, backend.ip());
        putL4(buffer, backend.l4());
        buffer.put((byte) backend.state().ordinal()).putInt(backend.clusterId()).flip();
        return new long[] {buffer.getLong(), buffer.getLong(), buffer.getLong()};
    }

    static BackendEntry backend(long first, long second, long word) {
        ByteBuffer buffer = buffer(BACKEND_BYTES).putLong(first).putLong(second).putLong(word);
        buffer.flip();
        IpAddress ip = address(buffer);
        L4 l4 = l4(buffer);
        BackendEntry.State state = BackendEntry.State.values()[buffer.get()];
        return new BackendEntry(ip, l4, buffer.getInt(), state);
    }

    /** What is stored with a socket: by this version, or by v1, which knew the addresses only. */
    static Translation translation(byte[] bytes) {
        ByteBuffer buffer = reading(bytes);
        FrontendKey frontend = endpoint(buffer);
        FrontendKey backend = endpoint(buffer);
        return new Translation(frontend, backend.ip(), backend.l4(), entries(buffer));
    }

    private static Optional<Translation.Entries> entries(ByteBuffer rest) {
        if (!rest.hasRemaining()) {
            return Optional.empty();
        }
        int serviceId = rest.getInt();
        int index = rest.getInt();
        return index == 0 ? Optional.empty() : Optional.of(new Translation.Entries(serviceId, index, rest.getShort()));
    }

    private static FrontendKey endpoint(ByteBuffer from) {
        IpAddress ip = address(from);
        L4 l4 = l4(from);
        from.get();
        return new FrontendKey(ip, l4);
    }

    static Counters counters(byte[] bytes) {
        ByteBuffer buffer = reading(bytes);
        return new Counters(
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong());
    }

    /** How many failures of connects the programs could not tell, from the same bytes as {@link #counters}. */
    static long lostFailures(byte[] bytes) {
        return reading(bytes).getLong(6 * Long.BYTES);
    }

    static byte[] member(int serviceId, int index) {
        return buffer(2 * Integer.BYTES).putInt(serviceId).putInt(index).array();
    }

    /** Service id and backend index of a member. */
    static int[] member(byte[] bytes) {
        ByteBuffer buffer = reading(bytes);
        return new int[] {buffer.getInt(), buffer.getInt()};
    }

    static ConnectFailure failure(byte[] bytes) {
        ByteBuffer buffer = reading(bytes);
        long atNanos = buffer.getLong();
        Duration waited = Duration.ofNanos(Math.max(0, buffer.getLong()));
        ConnectFailure.Target target = new ConnectFailure.Target(buffer.getInt(), buffer.getInt(), buffer.getInt());
        return new ConnectFailure(
                target, ConnectFailure.Kind.values()[buffer.getInt()], buffer.getInt(), waited, atNanos);
    }

    private static IpAddress address(ByteBuffer from) {
        byte[] bytes = new byte[ADDRESS_BYTES];
        from.get(bytes);
        return MappedAddresses.unmapped(IpAddress.of(bytes));
    }

    private static void putL4(ByteBuffer to, L4 l4) {
        to.put((byte) (l4.port() >>> 8)).put((byte) l4.port());
        to.put((byte) l4.protocol().number());
    }

    private static L4 l4(ByteBuffer from) {
        int port = (from.get() & 0xff) << 8 | from.get() & 0xff;
        int number = from.get() & 0xff;
        for (Protocol protocol : Protocol.values()) {
            if (protocol.number() == number) {
                return new L4(protocol, port);
            }
        }
        throw new IllegalStateException(
                "the kernel's tables hold protocol number %d, which nobody writes; ".formatted(number)
                        + "uninstall the data plane and start again");
    }
}
