package io.clustermesh.apiserver.sink;

import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.Keys;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.sync.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Under which keys the mirrors keep what peers have of each service; the values stay in the kvstore until they are needed.
 * Thread-safe.
 */
final class RemoteIndex {

    /** What one peer has of one service. */
    private static final class Share {
        private boolean record;
        private final Set<String> slices = new TreeSet<>();
    }

    private record Place(ServiceName service, ClusterName cluster) {}

    /**
     * Where to read.
     *
     * @param record the peer's service record, if there is one
     * @param slices the peer's slices of it
     */
    record Sources(Optional<String> record, List<String> slices) {
        Sources {
            slices = List.copyOf(slices);
        }
    }

    private final Map<ServiceName, Map<ClusterName, Share>> shares = new HashMap<>();
    private final Map<String, Place> slicePlaces = new HashMap<>();
    private final Set<String> synced = new HashSet<>();

    /** Takes in changes under {@code prefix}; the services to be looked at. */
    synchronized Set<ServiceName> absorb(String prefix, List<Change> changes) {
        Set<ServiceName> touched = new HashSet<>();
        boolean slices = prefix.equals(Keys.CACHED_ENDPOINT_SLICES);
        for (Change change : changes) {
            switch (change) {
                case Change.Upsert(KeyValue entry) -> {
                    if (slices) {
                        slice(entry, touched);
                    } else {
                        record(entry.key(), true, touched);
                    }
                }
                case Change.Delete(String key) -> {
                    if (slices) {
                        forgetSlice(key, touched);
                    } else {
                        record(key, false, touched);
                    }
                }
                case Change.Synced ignored -> synced.add(prefix);
            }
        }
        return touched;
    }

    /** Everything has been read once. */
    synchronized boolean synced() {
        return synced.size() == 2;
    }

    synchronized Set<ServiceName> services() {
        return Set.copyOf(shares.keySet());
    }

    /** Where the peers' shares of {@code service} are, by peer. */
    synchronized Map<ClusterName, Sources> of(ServiceName service) {
        Map<ClusterName, Sources> sources = new TreeMap<>();
        shares.getOrDefault(service, Map.of())
                .forEach((cluster, share) -> sources.put(
                        cluster,
                        new Sources(
                                share.record
                                        ? Optional.of(Keys.CACHED_SERVICES + cluster + "/" + service)
                                        : Optional.empty(),
                                new ArrayList<>(share.slices))));
        return sources;
    }

    private void record(String key, boolean there, Set<ServiceName> touched) {
        String[] parts = key.substring(Keys.CACHED_SERVICES.length()).split("/");
        if (parts.length != 3) {
            return;
        }
        Place place = new Place(new ServiceName(parts[1], parts[2]), new ClusterName(parts[0]));
        share(place).record = there;
        tidy(place);
        touched.add(place.service);
    }

    private void slice(KeyValue entry, Set<ServiceName> touched) {
        forgetSlice(entry.key(), touched);
        if (EndpointSliceCodec.decode(entry.value()) instanceof Decoded.Value<ClusterEndpointSlice>(var slice)) {
            slice.service().ifPresent(service -> {
                Place place = new Place(service, slice.origin().cluster());
                slicePlaces.put(entry.key(), place);
                share(place).slices.add(entry.key());
                touched.add(service);
            });
        }
    }

    private void forgetSlice(String key, Set<ServiceName> touched) {
        Place place = slicePlaces.remove(key);
        if (place != null) {
            share(place).slices.remove(key);
            tidy(place);
            touched.add(place.service);
        }
    }

    private Share share(Place place) {
        return shares.computeIfAbsent(place.service, s -> new HashMap<>())
                .computeIfAbsent(place.cluster, c -> new Share());
    }

    private void tidy(Place place) {
        Share share = share(place);
        if (!share.record && share.slices.isEmpty()) {
            shares.computeIfPresent(place.service, (service, clusters) -> {
                clusters.remove(place.cluster);
                return clusters.isEmpty() ? null : clusters;
            });
        }
    }
}
