package io.clustermesh.apiserver.view;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.Keys;
import io.clustermesh.model.L4;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.codec.IpCodec;
import io.clustermesh.model.codec.NodeCodec;
import io.clustermesh.store.admin.Problem;
import io.clustermesh.store.admin.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Behind {@code /v1/identities}, {@code /v1/endpoints} and {@code /v1/nodes}. */
final class MeshObjects {

    private final Listing identities;
    private final Listing endpoints;
    private final Listing nodes;
    private final Mesh mesh;

    /**
     * @param labels with their sources, {@code k8s:app=cart}
     * @param age since its cluster was last heard of
     */
    record IdentityRow(NumericIdentity id, ClusterName cluster, List<String> labels, Optional<Duration> age) {}

    /**
     * @param host InternalIP of its node
     * @param pod namespace and name
     */
    record EndpointRow(
            IpAddress ip,
            ClusterName cluster,
            NumericIdentity identity,
            IpAddress host,
            IpRecord.PodRef pod,
            Map<String, L4> ports,
            Optional<Duration> age) {}

    /** A node; addresses by their type as Kubernetes names them. */
    record NodeRow(
            String name,
            ClusterName cluster,
            List<NodeRecord.NodeAddress> addresses,
            List<Cidr> podCidrs,
            Map<String, String> labels,
            Optional<Duration> age) {}

    private record Identity(NumericIdentity id, LabelSet labels) {}

    MeshObjects(Mesh mesh) {
        this.mesh = mesh;
        identities = new Listing(mesh, Keys.IDENTITY_IDS, Keys.CACHED_IDENTITIES, "id/");
        endpoints = new Listing(mesh, Keys.IPS, Keys.CACHED_IPS, "");
        nodes = new Listing(mesh, Keys.Resource.NODES.statePrefix(mesh.own().name()), Keys.CACHED_NODES, "");
    }

    Page<IdentityRow> identities(Map<String, String> parameters) {
        Predicate<Identity> wanted = Optional.ofNullable(parameters.get("label"))
                .map(MeshObjects::labelled)
                .orElse(identity -> true);
        return identities.page(
                PageRequest.of(parameters),
                Optional.ofNullable(parameters.get("cluster")),
                MeshObjects::identity,
                wanted,
                MeshObjects::row);
    }

    IdentityRow identity(Map<String, String> parameters) {
        String id = parameters.getOrDefault("id", "");
        if (!id.matches("[0-9]{1,10}")) {
            throw new IllegalArgumentException(
                    "\"%s\" is no identity; write its number, for example /v1/identities/65792".formatted(id));
        }
        return identities.find(mesh.now(), id, MeshObjects::identity, MeshObjects::row).stream()
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        new Problem.NotFound("no cluster has identity %s; /v1/identities has them all".formatted(id))));
    }

    Page<EndpointRow> endpoints(Map<String, String> parameters) {
        Predicate<IpRecord> wanted = Optional.ofNullable(parameters.get("identity"))
                .<Predicate<IpRecord>>map(id -> ip -> ip.identity().toString().equals(id))
                .orElse(ip -> true);
        return endpoints.page(
                PageRequest.of(parameters),
                Optional.ofNullable(parameters.get("cluster")),
                Listing.json(IpCodec::decode),
                wanted,
                MeshObjects::row);
    }

    Page<NodeRow> nodes(Map<String, String> parameters) {
        return nodes.page(
                PageRequest.of(parameters),
                Optional.ofNullable(parameters.get("cluster")),
                Listing.json(NodeCodec::decode),
                node -> true,
                (cluster, node, age) ->
                        new NodeRow(node.name(), cluster, node.addresses(), node.podCidrs(), node.labels(), age));
    }

    /** {@code app=cart} of any source, or {@code k8s:app=cart}; a bare key counts whatever its value is. */
    private static Predicate<Identity> labelled(String label) {
        int equals = label.indexOf('=');
        String key = equals < 0 ? label : label.substring(0, equals);
        if (key.isEmpty()) {
            throw new IllegalArgumentException(
                    "label=%s has no key; write label=app=cart, label=k8s:app=cart or label=app".formatted(label));
        }
        return identity -> identity.labels().labels().entrySet().stream()
                .filter(entry -> entry.getKey().equals(key)
                        || entry.getKey()
                                .substring(entry.getKey().indexOf(':') + 1)
                                .equals(key))
                .anyMatch(entry -> equals < 0 || entry.getValue().equals(label.substring(equals + 1)));
    }

    private static Decoded<Identity> identity(Listing.Part part, String name, String value) {
        try {
            return new Decoded.Value<>(
                    new Identity(new NumericIdentity(Integer.parseInt(name)), LabelSet.parse(value)));
        } catch (IllegalArgumentException e) {
            return new Decoded.Malformed<>(part.prefix() + name + ": " + e.getMessage());
        }
    }

    private static IdentityRow row(ClusterName cluster, Identity identity, Optional<Duration> age) {
        List<String> labels = identity.labels().labels().entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .toList();
        return new IdentityRow(identity.id(), cluster, labels, age);
    }

    private static EndpointRow row(ClusterName cluster, IpRecord ip, Optional<Duration> age) {
        Map<String, L4> ports = new TreeMap<>();
        ip.namedPorts().forEach(port -> ports.put(port.name(), port.l4()));
        return new EndpointRow(ip.ip(), cluster, ip.identity(), ip.hostIp(), ip.pod(), ports, age);
    }
}
