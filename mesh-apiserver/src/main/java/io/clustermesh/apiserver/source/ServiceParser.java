package io.clustermesh.apiserver.source;

import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceExportSpec.Exported;
import io.clustermesh.model.ServiceExportSpec.SessionAffinity;
import io.clustermesh.model.ServiceExportSpec.Traffic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Services, their endpoints and their exports from a manifest's tree, by the rules of {@code core/v1}, {@code
 * discovery.k8s.io/v1} and {@code multicluster.x-k8s.io}. Stateless.
 */
final class ServiceParser {

    private ServiceParser() {}

    static KubeService service(ObjectMeta meta, Fields root) {
        Fields spec = root.mapping("spec");
        List<String> clusterIps = spec.values("clusterIPs", text -> text);
        if (clusterIps.isEmpty()) {
            clusterIps = spec.text("clusterIP")
                    .filter(text -> !text.isEmpty())
                    .map(List::of)
                    .orElse(List.of());
        }
        KubeService.Type type;
        if (spec.text("type").orElse("").equals("ExternalName")) {
            type = KubeService.Type.EXTERNAL_NAME;
        } else if (clusterIps.contains("None") || meta.labels().containsKey("service.kubernetes.io/headless")) {
            type = KubeService.Type.HEADLESS;
        } else {
            type = KubeService.Type.CLUSTER_IP;
        }
        List<IpAddress> addresses = new ArrayList<>();
        if (type == KubeService.Type.CLUSTER_IP) {
            addresses = serviceAddresses(spec, clusterIps);
        }
        return new KubeService(
                meta,
                type,
                addresses,
                type == KubeService.Type.CLUSTER_IP ? externals(root) : List.of(),
                servicePorts(spec),
                spec.strings("selector"),
                rules(spec, addresses));
    }

    private static List<IpAddress> externals(Fields root) {
        Set<IpAddress> addresses = new LinkedHashSet<>(root.mapping("spec").values("externalIPs", IpAddress::parse));
        for (Fields ingress : root.mapping("status").mapping("loadBalancer").mappings("ingress")) {
            ingress.text("ip")
                    .filter(text -> !text.isEmpty())
                    .flatMap(text -> ingress.value("ip", IpAddress::parse))
                    .ifPresent(addresses::add);
        }
        return List.copyOf(addresses);
    }

    private static KubeService.Rules rules(Fields spec, List<IpAddress> addresses) {
        List<String> families = spec.values("ipFamilies", text -> text);
        if (families.isEmpty()) {
            families = addresses.stream()
                    .map(ip -> ip.family() == Family.IPV4 ? "IPv4" : "IPv6")
                    .toList();
        }
        return new KubeService.Rules(
                new SessionAffinity(
                        spec.text("sessionAffinity").orElse("None"),
                        spec.mapping("sessionAffinityConfig")
                                .mapping("clientIP")
                                .number("timeoutSeconds")),
                families,
                new Traffic(
                        spec.text("internalTrafficPolicy").orElse("Cluster"),
                        spec.text("trafficDistribution").orElse("")),
                spec.flag("publishNotReadyAddresses").orElse(false));
    }

    static KubeServiceExport export(ObjectMeta meta, Fields spec) {
        return new KubeServiceExport(
                meta, new Exported(spec.strings("exportedLabels"), spec.strings("exportedAnnotations")));
    }

    private static List<IpAddress> serviceAddresses(Fields spec, List<String> clusterIps) {
        List<IpAddress> addresses = new ArrayList<>();
        Set<Family> families = new HashSet<>();
        for (String text : clusterIps) {
            IpAddress ip;
            try {
                ip = IpAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new RuleBroken(spec.at("clusterIPs") + ": " + e.getMessage(), "correct the address");
            }
            if (!families.add(ip.family())) {
                throw new RuleBroken(
                        "%s holds two addresses of one family: %s".formatted(spec.at("clusterIPs"), clusterIps),
                        "keep one IPv4 and one IPv6 address at most");
            }
            addresses.add(ip);
        }
        return addresses;
    }

    private static List<KubePort> servicePorts(Fields spec) {
        List<KubePort> ports = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields port : spec.mappings("ports")) {
            String name = port.text("name").orElse("");
            int number = port.number("port")
                    .orElseThrow(() -> new RuleBroken(port.at("port") + " is missing", "write the service's port"));
            if (!names.add(name)) {
                throw new RuleBroken(
                        "%s \"%s\" is the name of another port too".formatted(port.at("name"), name),
                        "give every port a name of its own");
            }
            KubePort plain = port(port, name, number);
            int nodePort = port.number("nodePort").orElse(0);
            ports.add(new KubePort(
                    name,
                    plain.l4(),
                    plain.appProtocol(),
                    nodePort == 0 ? 0 : l4(port, "nodePort", nodePort).port()));
        }
        return ports;
    }

    static KubeEndpointSlice slice(ObjectMeta meta, Fields root) {
        String addressType = root.text("addressType")
                .orElseThrow(() -> new RuleBroken("addressType is missing", "write IPv4, IPv6 or FQDN"));
        Optional<Family> family = switch (addressType) {
            case "IPv4" -> Optional.of(Family.IPV4);
            case "IPv6" -> Optional.of(Family.IPV6);
            case "FQDN" -> Optional.empty();
            default ->
                throw new RuleBroken(
                        "addressType \"%s\" is unknown".formatted(addressType), "write IPv4, IPv6 or FQDN");
        };
        List<Endpoint> endpoints = new ArrayList<>();
        if (family.isPresent()) {
            for (Fields endpoint : root.mappings("endpoints")) {
                endpoints.add(endpoint(endpoint, family.get()));
            }
        }
        List<KubePort> ports = new ArrayList<>();
        for (Fields port : root.mappings("ports")) {
            // no number means "all ports", which no load balancer can use
            port.number("port")
                    .ifPresent(number -> ports.add(port(port, port.text("name").orElse(""), number)));
        }
        return new KubeEndpointSlice(meta, family, endpoints, ports);
    }

    private static Endpoint endpoint(Fields endpoint, Family family) {
        List<IpAddress> addresses = endpoint.values("addresses", IpAddress::parse);
        for (IpAddress ip : addresses) {
            if (ip.family() != family) {
                throw new RuleBroken(
                        "%s holds %s, which is not of the slice's addressType".formatted(endpoint.at("addresses"), ip),
                        "keep one slice for each address family");
            }
        }
        Fields conditions = endpoint.mapping("conditions");
        boolean ready = conditions.flag("ready").orElse(true);
        return new Endpoint(
                addresses,
                new Conditions(
                        ready,
                        conditions.flag("serving").orElse(ready),
                        conditions.flag("terminating").orElse(false)),
                endpoint.text("hostname").orElse(""),
                new EndpointTopology(
                        endpoint.text("nodeName").orElse(""),
                        endpoint.text("zone").orElse(""),
                        endpoint.mapping("hints").mappings("forZones").stream()
                                .map(zone -> zone.text("name").orElse(""))
                                .filter(zone -> !zone.isEmpty())
                                .toList()));
    }

    private static KubePort port(Fields port, String name, int number) {
        return new KubePort(
                name, l4(port, "port", number), port.text("appProtocol").orElse(""));
    }

    /** @param field where {@code number} stands */
    static L4 l4(Fields port, String field, int number) {
        String text = port.text("protocol").orElse("TCP");
        Protocol protocol;
        try {
            protocol = Protocol.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new RuleBroken("%s \"%s\" is unknown".formatted(port.at("protocol"), text), "write TCP, UDP or SCTP");
        }
        try {
            return new L4(protocol, number);
        } catch (IllegalArgumentException e) {
            throw new RuleBroken(port.at(field) + ": " + e.getMessage(), "correct the number");
        }
    }
}
