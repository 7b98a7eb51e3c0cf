package io.clustermesh.apiserver.source;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NodeRecord.NodeAddress;
import io.clustermesh.model.NumericIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cilium's own kinds ({@code cilium.io/v2}) from their trees, as far as they are used. Stateless. */
final class CiliumParser {

    private CiliumParser() {}

    static CiliumIdentity identity(ObjectMeta meta, Fields root) {
        try {
            return new CiliumIdentity(
                    meta,
                    new NumericIdentity(Integer.parseInt(meta.name())),
                    new LabelSet(root.strings("security-labels")));
        } catch (IllegalArgumentException e) {
            throw new RuleBroken(
                    "metadata.name \"%s\" and security-labels are no identity: %s"
                            .formatted(meta.name(), e.getMessage()),
                    "find out who wrote it; Cilium names an identity by its number");
        }
    }

    static CiliumEndpoint endpoint(ObjectMeta meta, Fields status) {
        Fields networking = status.mapping("networking");
        List<IpAddress> ips = new ArrayList<>();
        for (Fields pair : networking.mappings("addressing")) {
            address(pair, "ipv4").ifPresent(ips::add);
            address(pair, "ipv6").ifPresent(ips::add);
        }
        List<KubePort> ports = new ArrayList<>();
        for (Fields port : status.mappings("named-ports")) {
            Optional<Integer> number = port.number("port");
            if (number.isPresent()) {
                ports.add(new KubePort(port.text("name").orElse(""), ServiceParser.l4(port, "port", number.get())));
            }
        }
        return new CiliumEndpoint(
                meta,
                status.mapping("identity").number("id").filter(id -> id > 0).map(NumericIdentity::new),
                ips,
                address(networking, "node"),
                ports);
    }

    static CiliumNode node(ObjectMeta meta, Fields spec) {
        List<NodeAddress> addresses = new ArrayList<>();
        for (Fields address : spec.mappings("addresses")) {
            String type = address.text("type").orElse("");
            if (type.endsWith("IP")) {
                address(address, "ip").ifPresent(ip -> addresses.add(new NodeAddress(type, ip)));
            }
        }
        return new CiliumNode(meta, addresses, spec.mapping("ipam").values("podCIDRs", Cidr::parse));
    }

    private static Optional<IpAddress> address(Fields at, String field) {
        return at.text(field).filter(text -> !text.isEmpty()).flatMap(text -> at.value(field, IpAddress::parse));
    }
}
