package io.clustermesh.bpf.sockets;

import io.clustermesh.bpf.libbpf.BpfMap;
import io.clustermesh.bpf.libbpf.BpfObject;
import io.clustermesh.bpf.libbpf.SocketScan;
import io.clustermesh.bpf.maps.SocketStorages;
import io.clustermesh.bpf.maps.Translation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Translated UDP sockets by their cookie, found by an iterator program, since sock_diag is silent about their storage. */
final class UdpScan implements AutoCloseable {

    private final SocketScan scan;
    private final BpfMap found;

    UdpScan(SocketStorages storages) {
        try (BpfObject object = BpfObject.open("clustermesh", program())) {
            storages.shareWith(object);
            object.load();
            found = object.open("found_udp");
            scan = object.scan("scan_udp");
        }
    }

    private static byte[] program() {
        try (InputStream elf = UdpScan.class.getResourceAsStream("sockets.bpf.o")) {
            if (elf == null) {
                throw new IllegalStateException("sockets.bpf.o is not in the jar; build module bpf with Maven");
            }
            return elf.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of {@code namespace}, 65,536 at most. */
    Map<Long, Translation> run(Path namespace) {
        scan.run(namespace);
        Map<Long, Translation> translations = new HashMap<>();
        for (BpfMap.Entry entry : found.entries()) {
            found.delete(entry.key());
            long cookie =
                    ByteBuffer.wrap(entry.key()).order(ByteOrder.nativeOrder()).getLong();
            translations.put(cookie, SocketStorages.translation(entry.value()));
        }
        return translations;
    }

    @Override
    public void close() {
        scan.close();
        found.close();
    }
}
