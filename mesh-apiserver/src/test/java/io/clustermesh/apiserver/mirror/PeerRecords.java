package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.L4;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.model.codec.IpCodec;
import io.clustermesh.model.codec.NodeCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes what a peer publishes into its kvstore. */
final class PeerRecords {

    private final KvStore store;
    private final ClusterName name;
    private final ClusterId id;

    PeerRecords(KvStore store, String name, int id) {
        this.store = store;
        this.name = new ClusterName(name);
        this.id = new ClusterId(id);
    }

    PeerRecords config(ClusterConfig.Capabilities capabilities) {
        return put(Keys.clusterConfig(name), ClusterConfigCodec.encode(new ClusterConfig(id, capabilities)));
    }

    PeerRecords config() {
        put(Keys.HEARTBEAT, "2026-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8));
        return config(new ClusterConfig.Capabilities(true, false, 255, Optional.of(false), ""));
    }

    PeerRecords node(String node, String podCidr) {
        NodeRecord entry = new NodeRecord(
                name,
                id,
                node,
                List.of(new NodeRecord.NodeAddress("InternalIP", IpAddress.parse("172.30.2.11"))),
                List.of(Cidr.parse(podCidr)),
                Map.of());
        return put(Keys.node(name, node), NodeCodec.encode(entry));
    }

    byte[] service(String service, String backend) {
        return ServiceCodec.encode(new ServiceRecord(
                name,
                id,
                ServiceName.parse(service),
                Map.of(IpAddress.parse("10.102.0.5"), Map.of("http", new L4(Protocol.TCP, 80))),
                Map.of(IpAddress.parse(backend), Map.of("http", new L4(Protocol.TCP, 8080))),
                ServiceRecord.Meta.of(Map.of(), Map.of())));
    }

    byte[] serviceExport(String service) {
        ServiceName export = ServiceName.parse(service);
        return """
            {"cluster":"%s","name":"%s","namespace":"%s","exportCreationTimestamp":"2026-05-04T08:00:00Z","ports":[{"name":"http","protocol":"TCP","port":80}],"type":"ClusterSetIP","sessionAffinity":"None","ipFamilies":["IPv4"],"internalTrafficPolicy":"Cluster"}\
            """.formatted(name, export.name(), export.namespace()).getBytes(StandardCharsets.UTF_8);
    }

    byte[] slice(String name, String backend) {
        ServiceName slice = ServiceName.parse(name);
        return EndpointSliceCodec.encode(new ClusterEndpointSlice(
                new ClusterEndpointSlice.Origin(this.name, id, slice.namespace(), slice.name()),
                new ClusterEndpointSlice.Meta(Map.of(ClusterEndpointSlice.SERVICE_LABEL, "cart"), Map.of()),
                IpAddress.Family.IPV4,
                List.of(new ClusterEndpointSlice.Endpoint(
                        List.of(IpAddress.parse(backend)),
                        new ClusterEndpointSlice.Conditions(true, true, false),
                        "",
                        new ClusterEndpointSlice.EndpointTopology("", "", List.of()))),
                List.of()));
    }

    PeerRecords putService(String service, String backend) {
        return put(Keys.service(name, ServiceName.parse(service)), service(service, backend));
    }

    PeerRecords identity(int identity, String cluster) {
        LabelSet labels = new LabelSet(Map.of("k8s:app", "cart", "k8s:" + LabelSet.CLUSTER_LABEL, cluster));
        return put(
                Keys.identity(new NumericIdentity(identity)),
                labels.toLabelString().getBytes(StandardCharsets.UTF_8));
    }

    PeerRecords ip(String ip, int identity) {
        IpRecord entry = new IpRecord(
                IpAddress.parse(ip),
                new NumericIdentity(identity),
                IpAddress.parse("172.30.2.11"),
                new IpRecord.PodRef("shop", "cart-1", "cart", ""),
                List.of());
        return put(Keys.ip(IpAddress.parse(ip)), IpCodec.encode(entry));
    }

    PeerRecords canaries() {
        for (Resource resource : Resource.values()) {
            put(resource.stateCanary(name), "2026-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    PeerRecords put(String key, byte[] value) {
        store.commit(Txn.of(List.of(new Txn.Op.Put(key, value, Optional.empty()))));
        return this;
    }

    PeerRecords delete(String key) {
        store.commit(Txn.of(List.of(new Txn.Op.Delete(key))));
        return this;
    }

    /** One of each, all valid. */
    PeerRecords everything() {
        return config().node("n1", "10.%s.1.0/24".formatted(id))
                .putService("shop/cart", "10.%s.1.5".formatted(id))
                .identity((id.value() << 16) + 300, name.value())
                .ip("10.%s.1.5".formatted(id), (id.value() << 16) + 300)
                .canaries();
    }
}
