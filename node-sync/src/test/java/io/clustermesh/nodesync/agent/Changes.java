package io.clustermesh.nodesync.agent;

import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.sync.Change;
import java.nio.charset.StandardCharsets;

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
