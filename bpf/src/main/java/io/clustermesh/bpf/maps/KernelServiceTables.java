package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.libbpf.BpfException;
import io.clustermesh.bpf.libbpf.BpfMap;
import io.clustermesh.bpf.libbpf.MappedRegion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables in the kernel: pinned eBPF maps, and the programs that read them, linked to a cgroup.
 *
 * <p>{@link #open} makes what is missing and adopts what is there: a restarted agent finds its tables as it left them,
 * and its programs are replaced by this version's without a moment in between. {@link #close} leaves everything working;
 * {@link #uninstall} takes it away. Frontends are written by a system call, everything else by a store into memory that
 * the kernel shares.
 */
public final class KernelServiceTables implements ServiceTables {

    private static final Logger LOG = LoggerFactory.getLogger(KernelServiceTables.class);

    private final Capacity capacity;
    private final Bounds bounds;
    private final BpfMap services;
    private final List<BpfMap> maps;
    private final AffinityMembers members;
    private final KernelTallies tallies;
    private final KernelIpCache ipCache;
    private final MappedRegion policies;
    private final MappedRegion backends;
    private final MappedRegion arena;
    private final MappedRegion down;
    private boolean closed;

    /**
     * Where and how large.
     *
     * @param pinDir a directory in a bpffs for this data plane alone, made if missing
     * @param cgroup a cgroup2 directory; the sockets of every process in it and below it are served
     * @param capacity sizes of new maps; maps that are there already keep theirs
     */
    public record Config(Path pinDir, Path cgroup, Capacity capacity) {}

    private KernelServiceTables(PinnedMaps pins) {
        services = pins.open("services");
        BpfMap policyMap = pins.open("policies");
        BpfMap backendMap = pins.open("backends");
        BpfMap arenaMap = pins.open("arena");
        BpfMap downMap = pins.open("down");
        BpfMap memberMap = pins.open("members");
        maps = List.of(services, memberMap, policyMap, backendMap, arenaMap, downMap);
        capacity = new Capacity(
                policyMap.info().maxEntries(),
                backendMap.info().maxEntries(),
                arenaMap.info().maxEntries() * KernelLayout.BLOCK_ENTRIES);
        bounds = new Bounds(capacity);
        policies = policyMap.mmap();
        backends = backendMap.mmap();
        arena = arenaMap.mmap();
        down = downMap.mmap();
        ipCache = new KernelIpCache(pins);
        tallies = new KernelTallies(pins, bounds);
        members = new AffinityMembers(memberMap, this::readTable);
        members.adopt(services());
    }

    /**
     * Loads the programs, makes or adopts the maps, attaches to the cgroup. Takes tens of milliseconds.
     *
     * @throws BpfException if the machine cannot do it; {@code BpfSupport.probe()} tells why beforehand
     */
    public static KernelServiceTables open(Config config) {
        return new KernelServiceTables(Installation.install(config));
    }

    /** Detaches the programs and removes every pin under {@code pinDir}; nothing there is no fault. */
    public static void uninstall(Path pinDir) {
        PinnedMaps.removeAll(pinDir);
        LOG.atInfo().addKeyValue("pins", pinDir).log("data plane removed");
    }

    /** Where {@code map} of the data plane at {@code pinDir} is pinned, for tools that read it with libbpf or bpftool. */
    public static Path pinOf(Path pinDir, String map) {
        return PinnedMaps.current(pinDir).map(map);
    }

    @Override
    public Capacity capacity() {
        return capacity;
    }

    @Override
    public void putService(FrontendKey frontend, ServiceEntry entry) {
        bounds.checkService(entry);
        members.add(entry);
        services.update(KernelLayout.frontend(frontend), KernelLayout.service(entry));
        members.settle(frontend, entry);
    }

    @Override
    public void putServices(Map<FrontendKey, ServiceEntry> entries) {
        // one pass: looking at each of many objects again costs more than writing it
        List<Map.Entry<FrontendKey, ServiceEntry>> unsettled = new ArrayList<>();
        services.updateAll(entries.entrySet(), (entry, key, value) -> {
            bounds.checkService(entry.getValue());
            members.add(entry.getValue());
            if (members.concerns(entry.getKey(), entry.getValue())) {
                unsettled.add(entry);
            }
            KernelLayout.put(key, entry.getKey());
            KernelLayout.put(value, entry.getValue());
        });
        unsettled.forEach(entry -> members.settle(entry.getKey(), entry.getValue()));
    }

    @Override
    public void removeService(FrontendKey frontend) {
        Optional<ServiceEntry> entry = service(frontend);
        services.delete(KernelLayout.frontend(frontend));
        members.remove(frontend);
        entry.ifPresent(was -> tallies.clearService(was.serviceId()));
    }

    @Override
    public Map<FrontendKey, ServiceEntry> services() {
        Map<FrontendKey, ServiceEntry> read = new HashMap<>();
        for (BpfMap.Entry entry : services.entries()) {
            read.put(KernelLayout.frontend(entry.key()), KernelLayout.service(entry.value()));
        }
        return read;
    }

    @Override
    public Optional<ServiceEntry> service(FrontendKey frontend) {
        return services.lookup(KernelLayout.frontend(frontend)).map(KernelLayout::service);
    }

    @Override
    public void setPolicy(int serviceId, PolicyWord word) {
        bounds.checkServiceId(serviceId);
        policies.setLong((long) serviceId * KernelLayout.POLICY_BYTES, word.bits());
    }

    @Override
    public PolicyWord policy(int serviceId) {
        bounds.checkServiceId(serviceId);
        return new PolicyWord(policies.getLong((long) serviceId * KernelLayout.POLICY_BYTES));
    }

    @Override
    public void putBackend(int index, BackendEntry backend) {
        bounds.checkBackend(index);
        bounds.checkCluster(backend.clusterId());
        long at = (long) index * KernelLayout.BACKEND_BYTES;
        long[] words = KernelLayout.backend(backend);
        if (backends.getLong(at) != words[0] || backends.getLong(at + 8) != words[1]) {
            backends.setLong(at + KernelLayout.BACKEND_WORD, 0); // cleared while the address is half written
            tallies.clearBackend(index);
            backends.setLong(at, words[0]);
            backends.setLong(at + 8, words[1]);
        }
        backends.setLong(at + KernelLayout.BACKEND_WORD, words[2]);
    }

    @Override
    public void setBackendState(int index, BackendEntry.State state) {
        bounds.checkBackend(index);
        if (backend(index).isPresent()) {
            backends.setByte(
                    (long) index * KernelLayout.BACKEND_BYTES + KernelLayout.BACKEND_STATE, (byte) state.ordinal());
        }
    }

    @Override
    public void removeBackend(int index) {
        bounds.checkBackend(index);
        backends.setLong((long) index * KernelLayout.BACKEND_BYTES + KernelLayout.BACKEND_WORD, 0);
    }

    @Override
    public Optional<BackendEntry> backend(int index) {
        bounds.checkBackend(index);
        long at = (long) index * KernelLayout.BACKEND_BYTES;
        long word = backends.getLong(at + KernelLayout.BACKEND_WORD);
        return word == 0
                ? Optional.empty()
                : Optional.of(KernelLayout.backend(backends.getLong(at), backends.getLong(at + 8), word));
    }

    @Override
    public void writeTable(int base, int[] indexes) {
        bounds.checkTable(base, indexes.length);
        for (int i = 0; i < indexes.length; i++) {
            arena.setInt((long) (base + i) * Integer.BYTES, indexes[i]);
        }
        members.tableWritten(base, indexes.length);
    }

    @Override
    public int[] readTable(int base, int size) {
        bounds.checkTable(base, size);
        int[] table = new int[size];
        for (int i = 0; i < size; i++) {
            table[i] = arena.getInt((long) (base + i) * Integer.BYTES);
        }
        return table;
    }

    @Override
    public int tableEntry(int at) {
        bounds.checkTable(at, 1);
        return arena.getInt((long) at * Integer.BYTES);
    }

    @Override
    public void setClusterDown(int clusterId, boolean isDown) {
        bounds.checkCluster(clusterId);
        long bit = 1L << clusterId;
        long word = down.getLong(downWord(clusterId));
        down.setLong(downWord(clusterId), isDown ? word | bit : word & ~bit);
    }

    @Override
    public boolean isClusterDown(int clusterId) {
        bounds.checkCluster(clusterId);
        return (down.getLong(downWord(clusterId)) >>> clusterId & 1) == 1;
    }

    /** Offset of the word that holds a cluster's bit; Java takes shifts modulo 64. */
    private static long downWord(int clusterId) {
        return (clusterId >>> 6) * (long) Long.BYTES;
    }

    /** What the programs have counted on all CPUs since the maps were made. */
    public Counters counters() {
        return tallies.counters();
    }

    /** The members that the kernel has, by service id. */
    Map<Integer, Set<Integer>> members() {
        return members.stored();
    }

    /** Which identity and cluster an address has; closed with the tables. */
    public IpCache ipCache() {
        return ipCache;
    }

    /** How connects went, backend by backend; closed with the tables. */
    public ConnectTallies tallies() {
        return tallies;
    }

    /** Lets go of maps and memory; pins and links stay, and the programs go on working. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List.of(policies, backends, arena, down).forEach(MappedRegion::close);
        tallies.close();
        ipCache.close();
        maps.forEach(BpfMap::close);
    }
}
