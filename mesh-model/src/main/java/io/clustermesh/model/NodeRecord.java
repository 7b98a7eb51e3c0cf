package io.clustermesh.model;

import java.util.List;
import java.util.Map;

/**
 * A node of a cluster, as published at {@code cilium/state/nodes/v1/<cluster>/<name>}.
 *
 * <p>Cilium's JSON has more fields (encryption key, health and ingress addresses, ...); they are written with their
 * zero values and ignored when read, since nothing here uses them.
 *
 * @param cluster the node's cluster
 * @param clusterId its id
 * @param name node name, unique in the cluster
 * @param addresses node addresses, InternalIP first
 * @param podCidrs pod CIDRs of the node, the primary one of each family first
 * @param labels the node's labels
 */
public record NodeRecord(
        ClusterName cluster,
        ClusterId clusterId,
        String name,
        List<NodeAddress> addresses,
        List<Cidr> podCidrs,
        Map<String, String> labels) {

    /**
     * @param type {@code InternalIP}, {@code ExternalIP}, {@code CiliumInternalIP}, ...
     * @param ip the address
     */
    public record NodeAddress(String type, IpAddress ip) {}

    /** @throws IllegalArgumentException for an empty name */
    public NodeRecord {
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("node name \"%s\" is empty or holds '/'".formatted(name));
        }
        addresses = List.copyOf(addresses);
        podCidrs = List.copyOf(podCidrs);
        labels = Map.copyOf(labels);
    }
}
