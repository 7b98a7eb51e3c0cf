package io.clustermesh.nodesync.agent;

import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.Drain;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.model.codec.DrainCodec;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.store.kv.KeyValue;
import java.util.function.BiFunction;

/**
 * Reads keys and values into records. Pure. A record must say of itself what its key says: cluster, namespace and name;
 * else one writer could speak for another.
 */
final class RecordReader {

    private static final String ASK_PUBLISHER = "look at the mesh-apiserver that wrote it";

    private final ClusterName own;

    RecordReader(ClusterName own) {
        this.own = own;
    }

    /** This node's cluster. */
    ClusterName own() {
        return own;
    }

    /** The prefix that {@code source} watches. */
    String prefix(Source source) {
        return switch (source) {
            case OWN -> Keys.meshServices(own);
            case PEERS -> Keys.CACHED_SERVICES;
            case PEER_SLICES -> Keys.CACHED_ENDPOINT_SLICES;
            case PEER_CONFIGS -> Keys.CLUSTER_CONFIGS;
            case DRAINS -> Keys.drains(own);
        };
    }

    Reading put(Source source, KeyValue entry) {
        return switch (gone(source, entry.key())) {
            case Reading.Gone(ClusterName cluster, ServiceName name) ->
                source == Source.OWN ? own(cluster, name, entry.value()) : peer(cluster, name, entry.value());
            case Reading.SliceGone gone -> slice(gone, entry.value());
            case Reading.Config(ClusterName cluster, boolean ignored) -> config(cluster, entry.value());
            case Reading.Drained gone -> drain(entry.key(), entry.value());
            case Reading other -> other;
        };
    }

    /** What the key speaks of, as a deletion; or why it speaks of nothing. */
    Reading gone(Source source, String key) {
        String prefix = prefix(source);
        if (!key.startsWith(prefix)) {
            return new Reading.Refused(
                    "the key is not below %s, the server sent what nobody asked for".formatted(prefix));
        }
        String path = key.substring(prefix.length());
        try {
            return switch (source) {
                case OWN -> new Reading.Gone(own, ServiceName.parse(path));
                case PEERS -> ofPeer(path, Reading.Gone::new);
                case PEER_SLICES ->
                    ofPeer(path, (cluster, name) -> new Reading.SliceGone(cluster, name.namespace(), name.name()));
                case PEER_CONFIGS -> {
                    ClusterName cluster = new ClusterName(path);
                    yield cluster.equals(own) ? new Reading.Unused() : new Reading.Config(cluster, false);
                }
                case DRAINS -> new Reading.Drained(target(path), 100);
            };
        } catch (IllegalArgumentException e) {
            return new Reading.Refused("the key is not as this prefix asks: " + e.getMessage());
        }
    }

    private Reading ofPeer(String path, BiFunction<ClusterName, ServiceName, Reading> reading) {
        int slash = path.indexOf('/');
        ClusterName cluster = new ClusterName(path.substring(0, Math.max(slash, 0)));
        if (cluster.equals(own)) {
            return new Reading.Refused(
                    "the mirror holds this node's own cluster as a peer; remove that peer from mesh-apiserver");
        }
        return reading.apply(cluster, ServiceName.parse(path.substring(slash + 1)));
    }

    private static Reading slice(Reading.SliceGone key, byte[] value) {
        return switch (EndpointSliceCodec.decode(value)) {
            case Decoded.Value<ClusterEndpointSlice>(ClusterEndpointSlice slice) -> {
                ClusterEndpointSlice.Origin origin = slice.origin();
                boolean agrees = origin.cluster().equals(key.cluster())
                        && origin.namespace().equals(key.namespace())
                        && origin.name().equals(key.slice());
                yield agrees
                        ? new Reading.Slice(slice)
                        : mismatch(
                                new ServiceName(origin.namespace(), origin.name()),
                                origin.cluster(),
                                new ServiceName(key.namespace(), key.slice()),
                                key.cluster());
            }
            case Decoded.Malformed<ClusterEndpointSlice>(String reason) ->
                new Reading.Refused(reason + "; " + ASK_PUBLISHER);
        };
    }

    private static Reading config(ClusterName cluster, byte[] value) {
        return switch (ClusterConfigCodec.decode(value)) {
            case Decoded.Value<ClusterConfig>(ClusterConfig config) ->
                new Reading.Config(cluster, config.capabilities().exports(Keys.Resource.ENDPOINT_SLICES));
            case Decoded.Malformed<ClusterConfig>(String reason) -> new Reading.Refused(reason + "; " + ASK_PUBLISHER);
        };
    }

    private static Drain.Target target(String path) {
        String[] parts = path.split("/", 3);
        if (parts.length == 2 && parts[1].equals("cluster")) {
            return Drain.Target.of(new ClusterName(parts[0]));
        }
        if (parts.length == 3 && parts[1].equals("node") && !parts[2].isEmpty()) {
            return new Drain.Target(new ClusterName(parts[0]), parts[2]);
        }
        throw new IllegalArgumentException(
                "\"%s\" is neither <cluster>/cluster nor <cluster>/node/<node>".formatted(path));
    }

    private Reading drain(String key, byte[] value) {
        return switch (DrainCodec.decode(value)) {
            case Decoded.Value<Drain>(Drain drain) ->
                key.equals(Keys.drain(own, drain.target()))
                        ? new Reading.Drained(drain.target(), drain.keepPercent())
                        : new Reading.Refused("the record names %s, its key another target; %s"
                                .formatted(drain.target(), ASK_PUBLISHER));
            case Decoded.Malformed<Drain>(String reason) -> new Reading.Refused(reason + "; " + ASK_PUBLISHER);
        };
    }

    private Reading own(ClusterName cluster, ServiceName name, byte[] value) {
        return switch (MeshServiceCodec.decode(value)) {
            case Decoded.Value<MeshService>(MeshService service) ->
                service.cluster().equals(cluster) && service.name().equals(name)
                        ? new Reading.Own(service)
                        : mismatch(service.name(), service.cluster(), name, cluster);
            case Decoded.Malformed<MeshService>(String reason) -> new Reading.Refused(reason + "; " + ASK_PUBLISHER);
        };
    }

    private Reading peer(ClusterName cluster, ServiceName name, byte[] value) {
        return switch (ServiceCodec.decode(value)) {
            case Decoded.Value<ServiceRecord>(ServiceRecord service) ->
                service.cluster().equals(cluster) && service.name().equals(name)
                        ? new Reading.Peer(service)
                        : mismatch(service.name(), service.cluster(), name, cluster);
            case Decoded.Malformed<ServiceRecord>(String reason) -> new Reading.Refused(reason + "; " + ASK_PUBLISHER);
        };
    }

    private static Reading mismatch(ServiceName said, ClusterName saidBy, ServiceName name, ClusterName cluster) {
        return new Reading.Refused("the record names itself %s of cluster %s, its key says %s of cluster %s; %s"
                .formatted(said, saidBy, name, cluster, ASK_PUBLISHER));
    }
}
