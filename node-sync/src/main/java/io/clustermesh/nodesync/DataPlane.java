package io.clustermesh.nodesync;

import io.clustermesh.bpf.maps.ServiceTables;
import java.nio.file.Path;

/** Where the service tables live. */
public sealed interface DataPlane {

    /** How much fits. */
    ServiceTables.Capacity capacity();

    /** The word in configuration and views. */
    default String kind() {
        return switch (this) {
            case Kernel kernel -> "kernel";
            case Memory memory -> "memory";
        };
    }

    /**
     * In pinned eBPF maps, read at every connect.
     *
     * @param pinDir a directory on a bpffs, for this node's maps alone
     * @param cgroup the cgroup2 directory whose processes are served
     * @param capacity sizes of new maps
     */
    record Kernel(Path pinDir, Path cgroup, ServiceTables.Capacity capacity) implements DataPlane {}

    /**
     * In this process; clients ask {@code /v1/pick}.
     *
     * @param capacity sizes of the tables
     */
    record Memory(ServiceTables.Capacity capacity) implements DataPlane {}
}
