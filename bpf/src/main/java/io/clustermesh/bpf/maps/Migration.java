package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From layout v1 to v2, while connects go on. Nobody writes the tables meanwhile: the former agent is gone, and this one
 * starts when it is done. It may be killed at any moment; the next one starts over, since every step may be repeated.
 *
 * <pre>
 *   policies, backends, arena, down     the same map gets a second name
 *   datagrams, connected                the same; sockets older than the upgrade keep finding their way back
 *   services, counters                  new maps, filled before any program reads them
 *   links                               the program behind each is replaced, then the link gets its new name
 *   v1's names                          go last
 * </pre>
 */
final class Migration {

    private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

    private static final String FORMER_VERSION = "v1";
    private static final List<String> SAME_LAYOUT =
            List.of("policies", "backends", "arena", "down", "datagrams", "connected");

    /** Bytes before the slots: id and count in v1, affinity and padding with them in v2. */
    private static final int FORMER_SERVICE_HEADER = 8;

    private final PinnedMaps former;
    private final PinnedMaps now;

    private Migration(PinnedMaps former, PinnedMaps now) {
        this.former = former;
        this.now = now;
    }

    /** Empty if there is nothing of a former version, or this version took over already. */
    static Optional<Migration> due(PinnedMaps now) {
        PinnedMaps former = new PinnedMaps(now.pinDir(), FORMER_VERSION);
        if (!former.exist()) {
            return Optional.empty();
        }
        if (now.hasLinks(Installation.PROGRAMS) || !Files.exists(former.map("services"))) {
            former.unpin(); // killed just before its last step
            return Optional.empty();
        }
        return Optional.of(new Migration(former, now));
    }

    PinnedMaps former() {
        return former;
    }

    /** How many frontends the former map holds. */
    Optional<Integer> frontends() {
        return former.entries("services");
    }

    /** Before the programs are loaded: they find these maps as their own. */
    void shareMaps() {
        for (String name : SAME_LAYOUT) {
            if (!Files.exists(now.map(name))) {
                BpfMap.openPinned(former.map(name)).ifPresent(map -> {
                    try (map) {
                        map.pin(now.map(name));
                    }
                });
            }
        }
    }

    /** After they are loaded and before they are attached: the maps that had to be made anew. */
    void copyMaps() {
        int frontends = copyServices();
        copyCounters();
        LOG.atInfo()
                .addKeyValue("from", FORMER_VERSION)
                .addKeyValue("to", now.version())
                .addKeyValue("frontends", frontends)
                .log("tables of the former version adopted");
    }

    private int copyServices() {
        try (BpfMap from = former.open("services");
                BpfMap to = now.open("services")) {
            List<BpfMap.Entry> entries = from.entries();
            List<BpfMap.Entry> copies = new ArrayList<>(entries.size());
            Set<ByteBuffer> keys = new HashSet<>();
            for (BpfMap.Entry entry : entries) {
                copies.add(new BpfMap.Entry(entry.key(), service(entry.value())));
                keys.add(ByteBuffer.wrap(entry.key()));
            }
            for (BpfMap.Entry left : to.entries()) { // by a migration that was cut short
                if (!keys.contains(ByteBuffer.wrap(left.key()))) {
                    to.delete(left.key());
                }
            }
            to.updateAll(copies);
            return copies.size();
        }
    }

    /** The former entry with a header of this version's, without affinity. */
    static byte[] service(byte[] entry) {
        ByteBuffer buffer = ByteBuffer.allocate(KernelLayout.SERVICE_BYTES).order(ByteOrder.nativeOrder());
        buffer.put(entry, 0, FORMER_SERVICE_HEADER).putInt(0).putInt(0);
        buffer.put(entry, FORMER_SERVICE_HEADER, entry.length - FORMER_SERVICE_HEADER);
        return buffer.array();
    }

    private void copyCounters() {
        try (BpfMap from = former.open("counters");
                BpfMap to = now.open("counters")) {
            byte[] key = new byte[Integer.BYTES];
            int bytes = to.info().valueSize();
            to.updatePerCpu(
                    key,
                    from.lookupPerCpu(key).stream()
                            .map(value -> Arrays.copyOf(value, bytes))
                            .toList());
        }
    }

    /** When every link has its new name. A link that went to another cgroup goes with its old one. */
    void finish() {
        former.unpin();
    }
}
