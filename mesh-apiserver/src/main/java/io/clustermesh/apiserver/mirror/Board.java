package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.model.codec.NodeCodec;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.sync.Change;
import io.clustermesh.store.sync.Reflector;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What all replicas together have written of peers to our kvstore: the {@linkplain MirrorRecord records}, and for
 * {@link MeshClaims} the ids and pod CIDRs of peers that another replica mirrors. Owns three readers with a virtual
 * thread each; any thread reads.
 */
final class Board implements AutoCloseable {

    private final ClusterName own;
    private final MeshClaims claims;
    private final Map<String, MirrorRecord> records = new ConcurrentHashMap<>();
    private final Set<String> configs = ConcurrentHashMap.newKeySet();
    private final Reflector recordReader;
    private final Reflector configReader;
    private final Reflector nodeReader;

    Board(ClusterName own, KvStore local, MeshClaims claims, Clock clock) {
        this.own = own;
        this.claims = claims;
        recordReader = read("mirror-records", MirrorRecord.PREFIX, local, clock, this::record);
        configReader = read("mirror-configs", Keys.CLUSTER_CONFIGS, local, clock, this::config);
        nodeReader = read("mirror-nodes", Keys.CACHED_NODES, local, clock, this::node);
    }

    private static Reflector read(String name, String prefix, KvStore local, Clock clock, Consumer<Change> each) {
        return Reflector.start(
                Reflector.Options.of(name, KeyRange.prefix(prefix)).eager(),
                local,
                changes -> changes.forEach(each),
                clock);
    }

    private void record(Change change) {
        switch (change) {
            case Change.Upsert(KeyValue entry) -> {
                String peer = entry.key().substring(MirrorRecord.PREFIX.length());
                MirrorRecord.decode(entry.value())
                        .filter(record -> record.status().cluster().value().equals(peer))
                        .ifPresent(record -> records.put(peer, record));
            }
            case Change.Delete(String key) -> records.remove(key.substring(MirrorRecord.PREFIX.length()));
            case Change.Synced ignored -> {}
        }
    }

    private void config(Change change) {
        switch (change) {
            case Change.Upsert(KeyValue entry) ->
                peer(entry.key().substring(Keys.CLUSTER_CONFIGS.length())).ifPresent(peer -> {
                    configs.add(peer.value());
                    ClusterConfigCodec.decode(entry.value())
                            .asOptional()
                            .ifPresent(config -> claims.observeId(peer, config.id()));
                });
            case Change.Delete(String key) ->
                peer(key.substring(Keys.CLUSTER_CONFIGS.length())).ifPresent(peer -> {
                    configs.remove(peer.value());
                    claims.forgetId(peer);
                });
            case Change.Synced ignored -> {}
        }
    }

    private void node(Change change) {
        switch (change) {
            case Change.Upsert(KeyValue entry) ->
                NodeCodec.decode(entry.value()).asOptional().ifPresent(this::node);
            case Change.Delete(String key) -> {
                String name = key.substring(Keys.CACHED_NODES.length());
                int slash = name.indexOf('/');
                if (slash > 0) {
                    peer(name.substring(0, slash))
                            .ifPresent(peer -> claims.forgetNode(peer, name.substring(slash + 1)));
                }
            }
            case Change.Synced ignored -> {}
        }
    }

    private void node(NodeRecord node) {
        claims.observeNode(node.cluster(), node.name(), node.podCidrs());
    }

    private Optional<ClusterName> peer(String text) {
        try {
            ClusterName name = new ClusterName(text);
            return name.equals(own) ? Optional.empty() : Optional.of(name);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether everything was read once: before that, nothing may be decided by what is not there. */
    boolean synced() {
        return recordReader.freshness().synced()
                && configReader.freshness().synced()
                && nodeReader.freshness().synced();
    }

    /** What the mirror of {@code peer} says, whichever replica's it is. */
    Optional<MirrorRecord> record(ClusterName peer) {
        return Optional.ofNullable(records.get(peer.value()));
    }

    /** Every peer of which something stands in our kvstore. */
    Set<ClusterName> peers() {
        Set<String> names = new TreeSet<>(configs);
        names.addAll(records.keySet());
        Set<ClusterName> peers = new TreeSet<>();
        names.forEach(name -> peer(name).ifPresent(peers::add));
        return peers;
    }

    @Override
    public void close() {
        recordReader.close();
        configReader.close();
        nodeReader.close();
    }
}
