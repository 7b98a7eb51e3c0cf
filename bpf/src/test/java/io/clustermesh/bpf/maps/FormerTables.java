package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bpf.libbpf.BpfMap;
import io.clustermesh.bpf.libbpf.BpfObject;
import io.clustermesh.bpf.maps.KernelServiceTables.Config;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an agent of layout v1 left behind: its own programs, compiled from their sources of that time, and its maps.
 * Written as it wrote them.
 */
final class FormerTables {

    private static final List<String> PROGRAMS = List.of(
            "recvmsg4", "recvmsg6", "getpeername4", "getpeername6", "connect4", "connect6", "sendmsg4", "sendmsg6");
    private static final List<String> UNSIZED = List.of("down", "connected", "datagrams", "counters");
    private static final int SERVICE_BYTES = 8 + 8 * 12;

    private final PinnedMaps pins;

    FormerTables(Config config) {
        pins = new PinnedMaps(config.pinDir(), "v1");
        pins.create();
        int services = config.capacity().services();
        Map<String, Integer> sizes = Map.of(
                "services",
                services * 4,
                "policies",
                services,
                "backends",
                config.capacity().backends(),
                "arena",
                4);
        try (BpfObject object = BpfObject.open("clustermesh", programs())) {
            sizes.forEach((map, entries) -> {
                object.setMaxEntries(map, entries);
                object.setPinPath(map, pins.map(map));
            });
            UNSIZED.forEach(map -> object.setPinPath(map, pins.map(map)));
            object.load();
            PROGRAMS.forEach(program -> object.attach(program, config.cgroup(), pins.link(program), Optional.empty()));
        }
    }

    private static byte[] programs() {
        try (InputStream elf = FormerTables.class.getResourceAsStream("clustermesh-v1.bpf.o")) {
            assertThat(elf).as("compiled by Maven from src/test/c/v1").isNotNull();
            return elf.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.nativeOrder());
    }

    private void write(String map, byte[] key, byte[] value) {
        try (BpfMap open = pins.open(map)) {
            open.update(key, value);
        }
    }

    private static byte[] key(int index) {
        return bytes(Integer.BYTES).putInt(index).array();
    }

    FormerTables backend(int index, BackendEntry entry) {
        ByteBuffer value = bytes(KernelLayout.BACKEND_BYTES);
        for (long word : KernelLayout.backend(entry)) {
            value.putLong(word);
        }
        write("backends", key(index), value.array());
        return this;
    }

    FormerTables service(FrontendKey frontend, ServiceEntry entry, PolicyWord policy) {
        ByteBuffer value = bytes(SERVICE_BYTES)
                .putInt(entry.serviceId())
                .putInt(entry.slots().size());
        for (Slot slot : entry.slots()) {
            value.putInt(slot.clusterId()).putInt(slot.tableBase()).putInt(slot.tableSize());
        }
        write(
                "policies",
                key(entry.serviceId()),
                bytes(Long.BYTES).putLong(policy.bits()).array());
        write("services", KernelLayout.frontend(frontend), value.array());
        return this;
    }

    /** Writes the arena's first entries. */
    FormerTables table(int... indexes) {
        ByteBuffer block = bytes(KernelLayout.BLOCK_BYTES);
        for (int index : indexes) {
            block.putInt(index);
        }
        write("arena", key(0), block.array());
        return this;
    }

    /** Sets the bits of clusters 0 to 63. */
    FormerTables down(long bits) {
        write("down", key(0), bytes(64).putLong(bits).array());
        return this;
    }

    boolean remain() {
        return pins.exist();
    }
}
