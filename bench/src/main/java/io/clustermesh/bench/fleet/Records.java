package io.clustermesh.bench.fleet;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.Keys;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.model.codec.IpCodec;
import io.clustermesh.model.codec.NodeCodec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What one cluster would publish, as Cilium writes it: nodes with a /24 of pods each, pods with values of 400 bytes.
 *
 * @param name the cluster
 * @param id its id
 * @param octet second octet of the addresses of its first 256 nodes
 */
public record Records(ClusterName name, ClusterId id, int octet) {

    private static final int VALUE_BYTES = 400;
    private static final int IDENTITIES = 8;
    private static final int IDENTITY_BITS = 16;

    /** A cluster of the fleet: number 1 has 10.1.0.0/16, and so on. */
    public static Records ofCluster(int number) {
        return new Records(new ClusterName("peer-%03d".formatted(number)), new ClusterId(number), number);
    }

    private NumericIdentity identity(int number) {
        return new NumericIdentity((id.value() << IDENTITY_BITS) + 1000 + number % IDENTITIES);
    }

    private String prefix(int node) {
        return "10.%d.%d.".formatted(octet + node / 256, node % 256);
    }

    private static IpAddress host(int node) {
        return IpAddress.parse("192.168.%d.%d".formatted(node / 256, node % 256));
    }

    /** Address of pod {@code slot} (0 to 249) on {@code node}. */
    public IpAddress pod(int node, int slot) {
        return IpAddress.parse(prefix(node) + (slot + 1));
    }

    /** A pod's entry whose value carries {@code stamp} (nanoseconds) where the load generator finds it. */
    public byte[] podValue(int node, int slot, long stamp) {
        IpRecord bare = record(node, slot, stamp, "x");
        int missing = VALUE_BYTES - IpCodec.encode(bare).length;
        return IpCodec.encode(record(node, slot, stamp, "x".repeat(missing + 1)));
    }

    private IpRecord record(int node, int slot, long stamp, String account) {
        return new IpRecord(
                pod(node, slot),
                identity(slot),
                host(node),
                new IpRecord.PodRef("bench", "cmts-" + String.format(Locale.ROOT, "%016x", stamp), account, ""),
                List.of());
    }

    /** A node's key and value. */
    public Map.Entry<String, byte[]> node(int node) {
        String nodeName = "node-%04d".formatted(node);
        NodeRecord entry = new NodeRecord(
                name,
                id,
                nodeName,
                List.of(new NodeRecord.NodeAddress("InternalIP", host(node))),
                List.of(Cidr.parse(prefix(node) + "0/24")),
                Map.of());
        return Map.entry(Keys.node(name, nodeName), NodeCodec.encode(entry));
    }

    /** Config, heartbeat, identities and canaries: everything but nodes and pods. */
    public Map<String, byte[]> frame(String now) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        ClusterConfig config =
                new ClusterConfig(id, new ClusterConfig.Capabilities(true, false, 255, Optional.empty(), ""));
        entries.put(Keys.HEARTBEAT, bytes(now));
        entries.put(Keys.clusterConfig(name), ClusterConfigCodec.encode(config));
        for (int number = 0; number < IDENTITIES; number++) {
            LabelSet labels =
                    new LabelSet(Map.of("k8s:app", "bench-" + number, "k8s:" + LabelSet.CLUSTER_LABEL, name.value()));
            entries.put(Keys.identity(identity(number)), bytes(labels.toLabelString()));
        }
        for (Resource resource : Resource.values()) {
            if (config.capabilities().exports(resource)) {
                entries.put(resource.stateCanary(name), bytes(now));
            }
        }
        return entries;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
