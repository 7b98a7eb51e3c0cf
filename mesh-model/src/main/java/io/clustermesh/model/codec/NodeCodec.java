package io.clustermesh.model.codec;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.NodeRecord.NodeAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Nodes as Cilium writes them ({@code pkg/node/types/node.go}): a Go struct without JSON tags, so every key is always
 * there, in CamelCase, and an empty list or map is null.
 */
public final class NodeCodec {

    private NodeCodec() {}

    /** Cilium's JSON; what {@link NodeRecord} does not hold is written as its zero value. */
    public static byte[] encode(NodeRecord node) {
        return JsonOut.object(out -> {
            out.text("Name", node.name());
            out.text("Cluster", node.cluster().value());
            writeAddresses(out, node.addresses());
            writeCidrs(out, "IPv4", of(Family.IPV4, node.podCidrs()));
            writeCidrs(out, "IPv6", of(Family.IPV6, node.podCidrs()));
            out.text("IPv4HealthIP", "");
            out.text("IPv6HealthIP", "");
            out.text("IPv4IngressIP", "");
            out.text("IPv6IngressIP", "");
            out.number("ClusterID", node.clusterId().value());
            out.text("Source", "custom-resource");
            out.number("EncryptionKey", 0);
            if (node.labels().isEmpty()) {
                out.nothing("Labels");
            } else {
                out.map("Labels", node.labels(), out::text);
            }
            out.nothing("Annotations");
            out.text("WireguardPubKey", "");
            out.text("BootID", "");
        });
    }

    /** Reads a node of any Cilium release from 1.16 on. */
    public static Decoded<NodeRecord> decode(byte[] json) {
        return JsonIn.decode("node", json, NodeCodec::read);
    }

    private static NodeRecord read(JsonIn in) {
        var node = new Object() {
            String name = "";
            String cluster = "";
            int clusterId;
            List<NodeAddress> addresses = List.of();
            Map<String, String> labels = Map.of();
            List<Cidr> primary4 = List.of();
            List<Cidr> secondary4 = List.of();
            List<Cidr> primary6 = List.of();
            List<Cidr> secondary6 = List.of();
        };
        in.fields(field -> {
            switch (field) {
                case "Name" -> node.name = in.text();
                case "Cluster" -> node.cluster = in.text();
                case "ClusterID" -> node.clusterId = in.number();
                case "IPAddresses" -> node.addresses = readAddresses(in);
                case "Labels" -> node.labels = in.textMap();
                case "IPv4AllocCIDR" -> node.primary4 = readCidr(in);
                case "IPv4SecondaryAllocCIDRs" -> node.secondary4 = readCidrs(in);
                case "IPv6AllocCIDR" -> node.primary6 = readCidr(in);
                case "IPv6SecondaryAllocCIDRs" -> node.secondary6 = readCidrs(in);
                default -> in.skip();
            }
        });
        List<Cidr> cidrs = new ArrayList<>();
        List.of(node.primary4, node.secondary4, node.primary6, node.secondary6).forEach(cidrs::addAll);
        return new NodeRecord(
                new ClusterName(node.cluster),
                new ClusterId(node.clusterId),
                node.name,
                node.addresses,
                cidrs,
                node.labels);
    }

    private static void writeAddresses(JsonOut out, List<NodeAddress> addresses) {
        if (addresses.isEmpty()) {
            out.nothing("IPAddresses");
            return;
        }
        out.objects("IPAddresses", addresses, address -> {
            out.text("Type", address.type());
            out.text("IP", address.ip().toString());
        });
    }

    private static void writeCidrs(JsonOut out, String family, List<Cidr> cidrs) {
        String primary = family + "AllocCIDR";
        String secondary = family + "SecondaryAllocCIDRs";
        if (cidrs.isEmpty()) {
            out.nothing(primary);
        } else {
            out.object(primary, () -> CidrJson.writeFields(out, cidrs.getFirst()));
        }
        if (cidrs.size() < 2) {
            out.nothing(secondary);
        } else {
            out.objects(secondary, cidrs.subList(1, cidrs.size()), cidr -> CidrJson.writeFields(out, cidr));
        }
    }

    private static List<Cidr> of(Family family, List<Cidr> cidrs) {
        return cidrs.stream().filter(cidr -> cidr.base().family() == family).toList();
    }

    private static List<Cidr> readCidr(JsonIn in) {
        return CidrJson.read(in).map(List::of).orElse(List.of());
    }

    private static List<Cidr> readCidrs(JsonIn in) {
        List<Cidr> cidrs = new ArrayList<>();
        in.items(() -> CidrJson.read(in).ifPresent(cidrs::add));
        return cidrs;
    }

    private static List<NodeAddress> readAddresses(JsonIn in) {
        List<NodeAddress> addresses = new ArrayList<>();
        in.items(() -> readAddress(in, addresses));
        return addresses;
    }

    private static void readAddress(JsonIn in, List<NodeAddress> addresses) {
        var address = new Object() {
            String type = "";
            String ip = "";
        };
        in.fields(field -> {
            switch (field) {
                case "Type" -> address.type = in.text();
                case "IP" -> address.ip = in.text();
                default -> in.skip();
            }
        });
        if (!address.ip.isEmpty()) {
            addresses.add(new NodeAddress(address.type, IpAddress.parse(address.ip)));
        }
    }
}
