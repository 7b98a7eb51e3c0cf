package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.libbpf.BpfMap;
import io.clustermesh.bpf.libbpf.BpfObject;
import java.nio.file.Path;
import java.util.List;

/** The maps in which the programs keep what they translated, with each socket: this version's, and v1's. */
public final class SocketStorages implements AutoCloseable {

    private static final List<String> NAMES = List.of("sockets", "connected");

    private final PinnedMaps pins;
    private final List<BpfMap> maps;

    private SocketStorages(PinnedMaps pins) {
        this.pins = pins;
        this.maps = NAMES.stream().map(pins::open).toList();
    }

    /** Opens those of an installed data plane. */
    public static SocketStorages open(Path pinDir) {
        return new SocketStorages(PinnedMaps.current(pinDir));
    }

    /** Has the programs of {@code object} use these maps. */
    public void shareWith(BpfObject object) {
        NAMES.forEach(name -> object.setPinPath(name, pins.map(name)));
    }

    /** Their descriptors in this process. */
    public List<Integer> descriptors() {
        return maps.stream().map(BpfMap::descriptor).toList();
    }

    /** Reads a value of any of them, or one of the same form. */
    public static Translation translation(byte[] value) {
        return KernelLayout.translation(value);
    }

    @Override
    public void close() {
        maps.forEach(BpfMap::close);
    }
}
