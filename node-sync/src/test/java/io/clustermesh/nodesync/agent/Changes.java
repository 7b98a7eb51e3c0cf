package io.clustermesh.nodesync.agent;

import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ExportMode;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.sync.Change;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a reflector would tell, for tests. */
public final class Changes {

    public static final Change SYNCED = new Change.Synced(new Revision(1));

    private Changes() {}

    public static String key(MeshService service) {
        return Keys.meshService(service.cluster(), service.name());
    }

    public static String key(ServiceRecord service) {
        return peerKey(service.cluster().value(), service.name());
    }

    public static String peerKey(String cluster, ServiceName name) {
        return Keys.CACHED_SERVICES + cluster + "/" + name;
    }

    public static Change upsert(MeshService service) {
        return upsert(key(service), MeshServiceCodec.encode(service));
    }

    public static Change upsert(ServiceRecord service) {
        return upsert(key(service), ServiceCodec.encode(service));
    }

    public static Change upsert(ClusterEndpointSlice slice) {
        ClusterEndpointSlice.Origin origin = slice.origin();
        return upsert(
                Keys.CACHED_ENDPOINT_SLICES + origin.cluster() + "/" + origin.namespace() + "/" + origin.name(), slice);
    }

    static Change upsert(String key, ClusterEndpointSlice slice) {
        return upsert(key, EndpointSliceCodec.encode(slice));
    }

    /** A peer's config as its mirror republishes it. */
    public static Change config(String cluster, int id, ExportMode mode) {
        return upsert(
                Keys.CLUSTER_CONFIGS + cluster,
                ClusterConfigCodec.encode(new ClusterConfig(
                        new ClusterId(id),
                        new ClusterConfig.Capabilities(true, true, 255, Optional.of(false), mode.text()))));
    }

    public static Change upsert(String key, String value) {
        return upsert(key, value.getBytes(StandardCharsets.UTF_8));
    }

    private static Change upsert(String key, byte[] value) {
        return new Change.Upsert(entry(key, value));
    }

    static KeyValue entry(String key, byte[] value) {
        return new KeyValue(key, value, new KeyValue.Version(new Revision(1), new Revision(1), 1), 0);
    }
}
