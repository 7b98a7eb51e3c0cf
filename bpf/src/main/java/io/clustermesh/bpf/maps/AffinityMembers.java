package io.clustermesh.bpf.maps;

import io.clustermesh.bpf.libbpf.BpfMap;
import io.clustermesh.bpf.maps.ServiceEntry.Slot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The map of members: which backends each service with affinity has, so that no client comes back to a pod that left the
 * service, or to a stranger that got its index. A backend is a member as long as a table of the service holds it, so the
 * map follows the tables by itself; services without affinity cost nothing. Owned by the thread that writes the tables.
 */
final class AffinityMembers {

    private static final byte[] PRESENT = {1, 0, 0, 0};

    private final BpfMap map;
    private final TableReader tables;
    private final Map<FrontendKey, ServiceEntry> entries = new HashMap<>();
    private final Map<Integer, Set<FrontendKey>> byService = new HashMap<>();
    private final Map<Integer, Set<Integer>> written = new HashMap<>();

    /** Who has a slot that begins there. */
    private final TreeMap<Integer, Set<FrontendKey>> byBase = new TreeMap<>();

    private int largestTable;

    /** Reads a table of the arena. */
    @FunctionalInterface
    interface TableReader {
        int[] read(int base, int size);
    }

    AffinityMembers(BpfMap map, TableReader tables) {
        this.map = map;
        this.tables = tables;
    }

    /** Starts from what is there: the map is brought in line with the services. */
    void adopt(Map<FrontendKey, ServiceEntry> services) {
        written.putAll(stored());
        services.forEach(this::note);
        Stream.concat(written.keySet().stream(), byService.keySet().stream())
                .distinct()
                .toList()
                .forEach(this::follow);
    }

    /** Reads back the map, by service id. */
    Map<Integer, Set<Integer>> stored() {
        Map<Integer, Set<Integer>> stored = new HashMap<>();
        for (BpfMap.Entry entry : map.entries()) {
            int[] member = KernelLayout.member(entry.key());
            stored.computeIfAbsent(member[0], any -> new HashSet<>()).add(member[1]);
        }
        return stored;
    }

    /** Before an entry is written: who may be drawn through it becomes a member. */
    void add(ServiceEntry entry) {
        if (entry.hasAffinity()) {
            addMissing(entry.serviceId(), membersOf(entry));
        }
    }

    /** Whether writing this entry changes any membership, so that it must be settled afterwards. */
    boolean concerns(FrontendKey frontend, ServiceEntry entry) {
        return entry.hasAffinity() || (!entries.isEmpty() && entries.containsKey(MappedAddresses.unmapped(frontend)));
    }

    /** After it was written: who is no longer drawn is a member no longer. */
    void settle(FrontendKey frontend, ServiceEntry entry) {
        OptionalInt before = forget(frontend);
        if (note(frontend, entry)) {
            follow(entry.serviceId());
        }
        before.ifPresent(this::follow);
    }

    void remove(FrontendKey frontend) {
        forget(frontend).ifPresent(this::follow);
    }

    /** After a table was written in place. */
    void tableWritten(int base, int size) {
        if (byBase.isEmpty()) {
            return;
        }
        byBase.subMap(base - largestTable, base + size).values().stream()
                .flatMap(Set::stream)
                .flatMap(frontend -> Optional.ofNullable(entries.get(frontend)).stream())
                .map(ServiceEntry::serviceId)
                .distinct()
                .toList()
                .forEach(this::follow);
    }

    private boolean note(FrontendKey frontend, ServiceEntry entry) {
        if (!entry.hasAffinity()) {
            return false;
        }
        FrontendKey key = MappedAddresses.unmapped(frontend);
        entries.put(key, entry);
        byService.computeIfAbsent(entry.serviceId(), any -> new HashSet<>()).add(key);
        for (Slot slot : entry.slots()) {
            if (slot.tableSize() > 0) {
                byBase.computeIfAbsent(slot.tableBase(), any -> new HashSet<>()).add(key);
                largestTable = Math.max(largestTable, slot.tableSize());
            }
        }
        return true;
    }

    /** The service that the frontend led to, if it had affinity. */
    private OptionalInt forget(FrontendKey frontend) {
        FrontendKey key = MappedAddresses.unmapped(frontend);
        ServiceEntry before = entries.remove(key);
        if (before == null) {
            return OptionalInt.empty();
        }
        byService.computeIfPresent(before.serviceId(), (id, frontends) -> without(frontends, key));
        for (Slot slot : before.slots()) {
            byBase.computeIfPresent(slot.tableBase(), (base, frontends) -> without(frontends, key));
        }
        return OptionalInt.of(before.serviceId());
    }

    private static @Nullable Set<FrontendKey> without(Set<FrontendKey> frontends, FrontendKey key) {
        frontends.remove(key);
        return frontends.isEmpty() ? null : frontends;
    }

    private void follow(int serviceId) {
        Set<Integer> wanted = new HashSet<>();
        for (FrontendKey frontend : byService.getOrDefault(serviceId, Set.of())) {
            ServiceEntry entry = entries.get(frontend);
            if (entry != null) {
                wanted.addAll(membersOf(entry));
            }
        }
        addMissing(serviceId, wanted);
        Set<Integer> members = written.getOrDefault(serviceId, Set.of());
        for (int index : List.copyOf(members)) {
            if (!wanted.contains(index)) {
                map.delete(KernelLayout.member(serviceId, index));
                members.remove(index);
            }
        }
        if (members.isEmpty()) {
            written.remove(serviceId);
        }
    }

    private void addMissing(int serviceId, Set<Integer> wanted) {
        if (wanted.isEmpty()) {
            return;
        }
        Set<Integer> members = written.computeIfAbsent(serviceId, any -> new HashSet<>());
        List<Integer> missing =
                wanted.stream().filter(index -> !members.contains(index)).toList();
        map.updateAll(missing.stream()
                .map(index -> new BpfMap.Entry(KernelLayout.member(serviceId, index), PRESENT))
                .toList());
        members.addAll(missing);
    }

    private Set<Integer> membersOf(ServiceEntry entry) {
        Set<Integer> members = new HashSet<>();
        for (Slot slot : entry.slots()) {
            for (int index : tables.read(slot.tableBase(), slot.tableSize())) {
                if (index > 0) {
                    members.add(index);
                }
            }
        }
        return members;
    }
}
