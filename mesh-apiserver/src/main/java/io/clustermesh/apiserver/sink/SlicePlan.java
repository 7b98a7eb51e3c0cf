package io.clustermesh.apiserver.sink;

import io.clustermesh.apiserver.sink.MeshSlice.Group;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.ServiceName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What must be written so that a service's slices hold the backends that they should. An endpoint stays in its slice as
 * long as it lives, so that one change rewrites one slice; slices that have become sparse are packed anew. Pure.
 *
 * @param writes slices to be made or replaced
 * @param deletes names of slices to be removed, after the writes
 */
record SlicePlan(List<MeshSlice> writes, List<String> deletes) {

    SlicePlan {
        writes = List.copyOf(writes);
        deletes = List.copyOf(deletes);
    }

    /**
     * The difference.
     *
     * @param owner uid of the Service
     * @param present its slices now
     * @param desired what they should hold, by what endpoints have in common and by address
     */
    static SlicePlan of(
            ServiceName service,
            String owner,
            Collection<MeshSlice> present,
            Map<Group, SortedMap<IpAddress, Endpoint>> desired) {
        Set<String> taken = new HashSet<>();
        Map<Group, List<MeshSlice>> groups = new java.util.LinkedHashMap<>();
        for (MeshSlice slice : present) {
            taken.add(slice.name());
            groups.computeIfAbsent(slice.group(), g -> new ArrayList<>()).add(slice);
        }
        List<MeshSlice> writes = new ArrayList<>();
        List<String> deletes = new ArrayList<>();
        groups.forEach((group, slices) -> {
            if (!desired.containsKey(group)) {
                slices.forEach(slice -> deletes.add(slice.name()));
            }
        });
        desired.forEach((group, endpoints) -> {
            List<MeshSlice> before = groups.getOrDefault(group, List.of());
            List<MeshSlice> after = fill(service, owner, group, before, endpoints, taken);
            for (MeshSlice slice : after) {
                if (!before.contains(slice)) {
                    writes.add(slice);
                }
            }
            before.stream()
                    .map(MeshSlice::name)
                    .filter(name ->
                            after.stream().noneMatch(slice -> slice.name().equals(name)))
                    .forEach(deletes::add);
        });
        return new SlicePlan(writes, deletes);
    }

    private static List<MeshSlice> fill(
            ServiceName service,
            String owner,
            Group group,
            List<MeshSlice> before,
            SortedMap<IpAddress, Endpoint> endpoints,
            Set<String> taken) {
        int needed = (endpoints.size() + MeshSlice.MAX_ENDPOINTS - 1) / MeshSlice.MAX_ENDPOINTS;
        SortedMap<IpAddress, Endpoint> homeless = new TreeMap<>(endpoints);
        Map<String, List<Endpoint>> kept = new TreeMap<>();
        for (MeshSlice slice : before) {
            List<Endpoint> stay = new ArrayList<>();
            for (Endpoint endpoint : slice.endpoints()) {
                Endpoint now = homeless.remove(endpoint.addresses().getFirst());
                if (now != null && stay.size() < MeshSlice.MAX_ENDPOINTS) {
                    stay.add(now);
                } else if (now != null) {
                    homeless.put(now.addresses().getFirst(), now);
                }
            }
            kept.put(slice.name(), stay);
        }
        long used = kept.values().stream().filter(stay -> !stay.isEmpty()).count();
        if (used > 2L * needed) {
            homeless.putAll(endpoints);
            kept.replaceAll((name, stay) -> new ArrayList<>());
        }
        Deque<Endpoint> left = new ArrayDeque<>(homeless.values());
        List<List<Endpoint>> emptied =
                kept.values().stream().filter(List::isEmpty).toList();
        kept.values().stream().filter(stay -> !stay.isEmpty()).forEach(stay -> take(left, stay));
        emptied.forEach(stay -> take(left, stay)); // last, or a slice that could go would be kept for a few
        for (int i = 0; !left.isEmpty(); i++) {
            String name = name(service, group, i);
            if (taken.add(name)) {
                take(left, kept.computeIfAbsent(name, n -> new ArrayList<>()));
            }
        }
        List<MeshSlice> after = new ArrayList<>();
        kept.forEach((name, stay) -> {
            if (!stay.isEmpty()) {
                after.add(new MeshSlice(name, group, owner, stay));
            }
        });
        return after;
    }

    private static void take(Deque<Endpoint> from, List<Endpoint> to) {
        while (to.size() < MeshSlice.MAX_ENDPOINTS && !from.isEmpty()) {
            to.add(from.remove());
        }
    }

    /** The same whichever replica asks, so that two that write at once write the same slice. */
    private static String name(ServiceName service, Group group, int number) {
        return "%s-%s-%s"
                .formatted(
                        service.name(),
                        group.cluster(),
                        EventText.hash(service + "\n" + group + "\n" + number).substring(0, 10));
    }
}
