package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.libbpf.BpfException;
import io.clustermesh.bpf.libbpf.BpfObject;
import io.clustermesh.bpf.maps.KernelServiceTables.Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts maps and programs into the kernel, or adopts those that are there.
 *
 * <pre>
 *   maps of this version there?   they are used as they are
 *   of an earlier version?        {@link Migration}: shared where the layout is the same, copied where it is not
 *   neither?                      made empty
 *   then each program replaces the one behind its link; what is not linked yet is linked
 *   last, the pins of the earlier version go
 * </pre>
 */
final class Installation {

    private static final Logger LOG = LoggerFactory.getLogger(Installation.class);

    private static final String OBJECT = "clustermesh";

    static final List<String> PROGRAMS = List.of(
            "watch_tcp",
            // the way back first: a socket that is translated must be able to find its way
            "recvmsg4",
            "recvmsg6",
            "getpeername4",
            "getpeername6",
            "connect4",
            "connect6",
            "sendmsg4",
            "sendmsg6");

    private static final List<String> UNSIZED_MAPS =
            List.of("down", "clients", "sockets", "connected", "datagrams", "failures", "counters");

    /** Frontends per service id: addresses of both families, external ones among them. */
    private static final int FRONTENDS_PER_SERVICE = 4;

    /** Backends of services with affinity; one backend may be in several. */
    private static final int MEMBERSHIPS_PER_BACKEND = 2;

    /** As Cilium's default; memory is taken by entries that are there, not by the limit. */
    private static final int IPCACHE_ENTRIES = 512_000;

    private final Config config;
    private final PinnedMaps pins;

    private Installation(Config config) {
        this.config = config;
        this.pins = PinnedMaps.current(config.pinDir());
    }

    /** Makes or adopts everything; the pins are complete when it returns. */
    static PinnedMaps install(Config config) {
        if (!Files.exists(config.cgroup().resolve("cgroup.procs"))) {
            throw new BpfException.WrongPlace(
                    config.cgroup(), "no cgroup of version 2; make it with mkdir under the cgroup2 mount");
        }
        return new Installation(config).install();
    }

    private PinnedMaps install() {
        pins.create();
        Optional<Migration> migration = Migration.due(pins);
        migration.ifPresent(Migration::shareMaps);
        try (BpfObject object = BpfObject.open(OBJECT, programs())) {
            sizes(migration).forEach((map, entries) -> {
                object.setMaxEntries(map, entries);
                object.setPinPath(map, pins.map(map));
            });
            UNSIZED_MAPS.forEach(map -> object.setPinPath(map, pins.map(map)));
            object.load();
            migration.ifPresent(Migration::copyMaps);
            PROGRAMS.forEach(program -> object.attach(
                    program,
                    config.cgroup(),
                    pins.link(program),
                    migration.map(it -> it.former().link(program))));
        }
        migration.ifPresent(Migration::finish);
        LOG.atInfo()
                .addKeyValue("cgroup", config.cgroup())
                .addKeyValue("pins", config.pinDir())
                .log("data plane attached");
        return pins;
    }

    private Map<String, Integer> sizes(Optional<Migration> migration) {
        Map<String, Integer> sizes = new HashMap<>();
        ServiceTables.Capacity capacity = config.capacity();
        int services = size("policies", capacity.services());
        int backends = size("backends", capacity.backends());
        sizes.put("policies", services);
        sizes.put("service_tallies", services);
        sizes.put("backends", backends);
        sizes.put("backend_tallies", backends);
        sizes.put("arena", size("arena", (capacity.tableEntries() - 1) / KernelLayout.BLOCK_ENTRIES + 1));
        sizes.put("members", size("members", backends * MEMBERSHIPS_PER_BACKEND));
        sizes.put("ipcache", size("ipcache", IPCACHE_ENTRIES));
        int frontends = migration.flatMap(Migration::frontends).orElse(capacity.services() * FRONTENDS_PER_SERVICE);
        sizes.put("services", size("services", frontends));
        return sizes;
    }

    /** The size of a map that is pinned already, else the one wanted. */
    private int size(String map, int wanted) {
        int actual = pins.entries(map).orElse(wanted);
        if (actual != wanted) {
            LOG.atWarn()
                    .addKeyValue("map", map)
                    .addKeyValue("pinned", actual)
                    .addKeyValue("configured", wanted)
                    .log("pinned map keeps its size; uninstall the data plane to change it");
        }
        return actual;
    }

    private static byte[] programs() {
        try (InputStream elf = Installation.class.getResourceAsStream("clustermesh.bpf.o")) {
            if (elf == null) {
                throw new IllegalStateException("clustermesh.bpf.o is not in the jar; build module bpf with Maven");
            }
            return elf.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
