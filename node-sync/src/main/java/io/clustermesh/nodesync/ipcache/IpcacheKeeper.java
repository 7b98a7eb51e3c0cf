package io.clustermesh.nodesync.ipcache;

import io.clustermesh.bpf.maps.IpCache;
import io.clustermesh.bpf.maps.IpcacheEntry;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.Keys;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.model.codec.IpCodec;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.sync.Change;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ipcache as the ip records say. What an earlier agent left stays until every source has been read; only then
 * is something removed. A full map keeps what it has and takes the rest as room comes. Owned by one thread.
 */
final class IpcacheKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(IpcacheKeeper.class);

    /** Prefixes written with one call to the map. */
    private static final int BATCH = 4096;

    /** Where records come from; each is one prefix of the own mesh-apiserver. */
    enum Source {
        OWN(Keys.IPS),
        PEERS(Keys.CACHED_IPS),
        PEER_CONFIGS(Keys.CLUSTER_CONFIGS);

        private final String prefix;

        Source(String prefix) {
            this.prefix = prefix;
        }

        String prefix() {
            return prefix;
        }
    }

    /**
     * How it is doing.
     *
     * @param synced whether everything has been read and written once
     * @param prefixes that the mesh speaks of
     * @param capacity of the map
     * @param pending prefixes that are not as they should be
     * @param refused records kept out since the start
     * @param drifted prefixes that audits found other than they were written, since the start
     * @param failure why the last write failed, if it did
     */
    record Snapshot(
            boolean synced,
            int prefixes,
            int capacity,
            int pending,
            long refused,
            long drifted,
            Optional<String> failure) {}

    private final ClusterName own;
    private final IpCache map;
    private final Addresses addresses;
    private final Set<Source> synced = EnumSet.noneOf(Source.class);
    private boolean adopted;
    private long refused;
    private long drifted;
    private Optional<String> failure = Optional.empty();

    IpcacheKeeper(ClusterName own, ClusterId ownId, IpCache map) {
        this.own = own;
        this.map = map;
        this.addresses = new Addresses(own, ownId);
    }

    void take(Source source, Change change) {
        switch (change) {
            case Change.Upsert(KeyValue entry) -> put(source, entry.key(), Optional.of(entry.value()));
            case Change.Delete(String key) -> put(source, key, Optional.empty());
            case Change.Synced ignored -> synced.add(source);
        }
    }

    private void put(Source source, String key, Optional<byte[]> value) {
        String path = key.substring(source.prefix().length());
        try {
            switch (source) {
                case OWN -> address(own, path, value);
                case PEERS -> {
                    int slash = path.indexOf('/');
                    ClusterName cluster = new ClusterName(path.substring(0, Math.max(0, slash)));
                    address(cluster, path.substring(slash + 1), value);
                }
                case PEER_CONFIGS -> addresses.identify(new ClusterName(path), value.flatMap(IpcacheKeeper::id));
            }
        } catch (IllegalArgumentException e) {
            refused++;
            LOG.atWarn()
                    .addKeyValue("key", key)
                    .addKeyValue("reason", e.getMessage())
                    .log("ip record left out; look at the mesh-apiserver that wrote it");
        }
    }

    private void address(ClusterName cluster, String name, Optional<byte[]> value) {
        Cidr prefix = prefix(name);
        if (value.isEmpty()) {
            addresses.remove(cluster, prefix);
            return;
        }
        switch (IpCodec.decode(value.get())) {
            case Decoded.Value<IpRecord>(IpRecord entry) -> {
                if (!whole(entry.ip()).equals(prefix)) {
                    throw new IllegalArgumentException(
                            "the record is of %s, its key of %s".formatted(entry.ip(), prefix));
                }
                addresses.put(cluster, prefix, entry.identity());
            }
            case Decoded.Malformed<IpRecord>(String reason) -> {
                addresses.remove(cluster, prefix); // what it said before is not true any more
                throw new IllegalArgumentException(reason);
            }
        }
    }

    private static Cidr prefix(String name) {
        return name.indexOf('/') < 0 ? whole(IpAddress.parse(name)) : Cidr.parse(name);
    }

    private static Cidr whole(IpAddress ip) {
        return new Cidr(ip, ip.family().bits());
    }

    private static Optional<ClusterId> id(byte[] config) {
        return ClusterConfigCodec.decode(config) instanceof Decoded.Value<ClusterConfig>(ClusterConfig known)
                ? Optional.of(known.id())
                : Optional.empty();
    }

    /** Brings the map to what is known; what fails is tried again at the next call. */
    void settle() {
        boolean complete = synced.size() == Source.values().length;
        if (complete && !adopted) {
            addresses.touch(differing());
            adopted = true;
        }
        Set<Cidr> done = new HashSet<>();
        Set<Cidr> gone = new HashSet<>();
        Map<Cidr, IpcacheEntry> puts = new HashMap<>();
        for (Cidr prefix : addresses.touched()) {
            addresses.at(prefix).ifPresentOrElse(entry -> puts.put(prefix, entry), () -> gone.add(prefix));
        }
        try {
            if (complete) {
                map.removeAll(gone); // room first
                done.addAll(gone);
            }
            write(puts, done);
            failure = Optional.empty();
        } catch (RuntimeException e) {
            if (failure.isEmpty()) {
                LOG.atError()
                        .addKeyValue("pending", puts.size())
                        .addKeyValue("reason", e.getMessage())
                        .log("the ipcache does not take everything; what is in it stays, the rest is tried again");
            }
            failure = Optional.of(String.valueOf(e.getMessage()));
        }
        addresses.settled(done);
    }

    /** Reads the whole map back; what is not as it was written is counted, told, and written again by the next settling. */
    void audit() {
        if (!adopted || !addresses.touched().isEmpty()) {
            return; // not yet as it should be by itself
        }
        Set<Cidr> differing = differing();
        if (!differing.isEmpty()) {
            drifted += differing.size();
            addresses.touch(differing);
            LOG.atWarn()
                    .addKeyValue("prefixes", differing.size())
                    .addKeyValue("first", differing.iterator().next())
                    .log("the ipcache is not as it was written; somebody else writes to it, it is repaired");
        }
    }

    private Set<Cidr> differing() {
        Map<Cidr, IpcacheEntry> there = map.entries();
        Set<Cidr> differing = new HashSet<>(there.keySet());
        differing.addAll(addresses.prefixes());
        differing.removeIf(prefix -> Optional.ofNullable(there.get(prefix)).equals(addresses.at(prefix)));
        return differing;
    }

    private void write(Map<Cidr, IpcacheEntry> puts, Set<Cidr> done) {
        Map<Cidr, IpcacheEntry> batch = new HashMap<>();
        for (Map.Entry<Cidr, IpcacheEntry> put : puts.entrySet()) {
            batch.put(put.getKey(), put.getValue());
            if (batch.size() == BATCH) {
                map.putAll(batch);
                done.addAll(batch.keySet());
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            map.putAll(batch);
            done.addAll(batch.keySet());
        }
    }

    Snapshot snapshot() {
        int pending = addresses.touched().size();
        return new Snapshot(
                adopted && pending == 0, addresses.size(), map.capacity(), pending, refused, drifted, failure);
    }
}
