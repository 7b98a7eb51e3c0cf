package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IdentityRange;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.ServiceExportSpec;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.model.codec.IpCodec;
import io.clustermesh.model.codec.NodeCodec;
import io.clustermesh.model.codec.ServiceCodec;
import io.clustermesh.model.codec.ServiceExportCodec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one peer may say: entries under its own name and id, identities of its own range and label, addresses that are
 * nobody else's. The rules of form are Cilium's readers'; those on addresses are ours.
 */
final class Admission {

    private final ClusterName peer;
    private final ClusterId id;
    private final IdentityRange identities;
    private final MeshClaims claims;

    Admission(ClusterName peer, ClusterId id, MeshClaims claims) {
        this.peer = peer;
        this.id = id;
        this.identities = IdentityRange.of(id, claims.own().size());
        this.claims = claims;
    }

    /**
     * @param name the key without its prefix
     * @return why the entry must not be mirrored, with the remedy; empty if it may
     */
    Optional<String> objection(Resource resource, String name, byte[] value) {
        return switch (resource) {
            case NODES -> judge(NodeCodec.decode(value), node -> node(name, node));
            case SERVICES -> judge(ServiceCodec.decode(value), service -> service(name, service));
            case IDENTITIES -> identity(name, new String(value, StandardCharsets.UTF_8));
            case IPS -> judge(IpCodec.decode(value), ip -> ip(name, ip));
            case ENDPOINT_SLICES -> judge(EndpointSliceCodec.decode(value), slice -> slice(name, slice));
            case SERVICE_EXPORTS -> judge(ServiceExportCodec.decode(value), export -> export(name, export));
        };
    }

    /** The entry is gone, and with it what it claimed. */
    void forget(Resource resource, String name) {
        if (resource == Resource.NODES) {
            claims.releaseNode(peer, name);
        }
    }

    private interface Rule<T> {
        Optional<String> objection(T value);
    }

    private static <T> Optional<String> judge(Decoded<T> decoded, Rule<T> rule) {
        return switch (decoded) {
            case Decoded.Malformed<T>(String reason) ->
                Optional.of(reason + "; the peer must write the format of Cilium 1.16 or newer");
            case Decoded.Value<T>(T value) -> rule.objection(value);
        };
    }

    private Optional<String> node(String name, NodeRecord node) {
        return origin(node.cluster(), node.clusterId())
                .or(() -> named("node", node.name(), name))
                .or(() -> claims.claim(peer, name, node.podCidrs())
                        .map(why -> why + "; give every cluster pod CIDRs of its own"));
    }

    private Optional<String> service(String name, ServiceRecord service) {
        return origin(service.cluster(), service.clusterId())
                .or(() -> named("service", service.name().toString(), name))
                .or(() -> foreign(service.backends().keySet().stream()));
    }

    private Optional<String> slice(String name, ClusterEndpointSlice slice) {
        ClusterEndpointSlice.Origin origin = slice.origin();
        return origin(origin.cluster(), origin.clusterId())
                .or(() -> named("endpoint slice", origin.namespace() + "/" + origin.name(), name))
                .or(() -> foreign(slice.endpoints().stream().flatMap(endpoint -> endpoint.addresses().stream())));
    }

    private Optional<String> export(String name, ServiceExportSpec export) {
        return export.cluster().equals(peer)
                ? named("service export", export.name().toString(), name)
                : Optional.of("it says that it is of cluster %s, but comes from %s; a peer speaks for itself only"
                        .formatted(export.cluster(), peer));
    }

    private static Optional<String> named(String what, String says, String key) {
        return says.equals(key)
                ? Optional.empty()
                : Optional.of("it says that it is %s %s; key and name must agree".formatted(what, says));
    }

    private Optional<String> foreign(Stream<IpAddress> backends) {
        return backends.flatMap(ip -> claims.obstacle(peer, ip).stream())
                .findFirst()
                .map(why -> "backend " + why + "; a cluster may only export backends of its own");
    }

    private Optional<String> identity(String name, String labelString) {
        NumericIdentity identity;
        LabelSet labels;
        try {
            identity = new NumericIdentity(Integer.parseInt(name));
            labels = LabelSet.parse(labelString);
        } catch (IllegalArgumentException e) {
            return Optional.of("it is no identity (%s); the peer must write decimal ids and label strings"
                    .formatted(e.getMessage()));
        }
        if (!identities.contains(identity)) {
            return Optional.of(
                    "identity %s is outside %s..%s, the range of cluster id %s; check the peer's id and meshSize"
                            .formatted(identity, identities.first(), identities.last(), id));
        }
        Optional<String> cluster = labels.get(LabelSet.CLUSTER_LABEL);
        return cluster.equals(Optional.of(peer.value()))
                ? Optional.empty()
                : Optional.of("label %s is \"%s\", not %s; the peer may only publish identities of its own"
                        .formatted(LabelSet.CLUSTER_LABEL, cluster.orElse(""), peer));
    }

    private Optional<String> ip(String name, IpRecord entry) {
        IpAddress ip = entry.ip();
        if (!name.equals(ip.toString()) && !name.equals(ip + "/" + ip.family().bits())) {
            return Optional.of("it says that it is address %s; key and address must agree".formatted(ip));
        }
        if (!entry.identity().isReserved() && !identities.contains(entry.identity())) {
            return Optional.of(
                    "identity %s is outside %s..%s, the range of cluster id %s; check the peer's id and meshSize"
                            .formatted(entry.identity(), identities.first(), identities.last(), id));
        }
        return claims.obstacle(peer, ip).map(why -> why + "; give every cluster pod CIDRs of its own");
    }

    private Optional<String> origin(ClusterName cluster, ClusterId clusterId) {
        return cluster.equals(peer) && clusterId.equals(id)
                ? Optional.empty()
                : Optional.of(
                        "it says that it is of cluster %s, id %s, but comes from %s, id %s; a peer speaks for itself only"
                                .formatted(cluster, clusterId, peer, id));
    }
}
