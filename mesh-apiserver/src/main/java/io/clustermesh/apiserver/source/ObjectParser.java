package io.clustermesh.apiserver.source;

import io.clustermesh.apiserver.source.KubeEndpointSlice.Conditions;
import io.clustermesh.apiserver.source.KubeEndpointSlice.Endpoint;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.L4;
import io.clustermesh.model.NodeRecord.NodeAddress;
import io.clustermesh.model.Protocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * From a manifest's tree to our record, by the rules of the Kubernetes API ({@code core/v1} and {@code
 * discovery.k8s.io/v1}) for the fields that are used. Stateless.
 */
final class ObjectParser {

    /** RFC 1123 subdomain, as Kubernetes asks of most names. */
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private static final Pattern LABEL_KEY =
            Pattern.compile("([a-z0-9][-a-z0-9.]{0,252}/)?[A-Za-z0-9]([-\\w.]{0,61}[A-Za-z0-9])?");

    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-\\w.]{0,61}[A-Za-z0-9])?)?");

    private static final int MAX_NAME = 253;

    private ObjectParser() {}

    /** @throws RuleBroken if the object breaks a rule */
    static KubeObject parse(KubeObject.Kind kind, Fields root) {
        ObjectMeta meta = meta(kind, root.mapping("metadata"));
        return switch (kind) {
            case NAMESPACE -> new KubeNamespace(meta);
            case NODE -> node(meta, root);
            case SERVICE -> service(meta, root.mapping("spec"));
            case ENDPOINT_SLICE -> slice(meta, root);
            case POD -> pod(meta, root.mapping("spec"), root.mapping("status"));
        };
    }

    private static ObjectMeta meta(KubeObject.Kind kind, Fields metadata) {
        String name = metadata.text("name")
                .orElseThrow(() -> new RuleBroken("metadata.name is missing", "give the object a name"));
        requireName("metadata.name", name);
        String namespace = "";
        if (kind.namespaced()) {
            namespace =
                    metadata.text("namespace").filter(text -> !text.isEmpty()).orElse("default");
            requireName("metadata.namespace", namespace);
        }
        Map<String, String> labels = metadata.strings("labels");
        labels.forEach(ObjectParser::requireLabel);
        return new ObjectMeta(namespace, name, labels, metadata.strings("annotations"));
    }

    private static void requireLabel(String key, String value) {
        if (!LABEL_KEY.matcher(key).matches() || !LABEL_VALUE.matcher(value).matches()) {
            throw new RuleBroken(
                    "metadata.labels[\"%s\"] is \"%s\", but keys are [prefix/]name, and names and values are at most 63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit"
                            .formatted(key, value),
                    "correct the label");
        }
    }

    private static void requireName(String path, String name) {
        if (name.length() > MAX_NAME || !SUBDOMAIN.matcher(name).matches()) {
            throw new RuleBroken(
                    "%s \"%s\" is not made of lower-case letters, digits, '-' and '.', starting and ending with a letter or digit, at most %d characters"
                            .formatted(path, name, MAX_NAME),
                    "rename the object");
        }
    }

    private static KubeNode node(ObjectMeta meta, Fields root) {
        List<NodeAddress> addresses = new ArrayList<>();
        for (Fields address : root.mapping("status").mappings("addresses")) {
            String type = address.text("type").orElse("");
            if (type.endsWith("IP")) {
                address.value("address", IpAddress::parse).ifPresent(ip -> addresses.add(new NodeAddress(type, ip)));
            }
        }
        Fields spec = root.mapping("spec");
        List<Cidr> cidrs = spec.values("podCIDRs", Cidr::parse);
        if (cidrs.isEmpty()) {
            cidrs = spec.value("podCIDR", Cidr::parse).map(List::of).orElse(List.of());
        }
        return new KubeNode(meta, addresses, cidrs);
    }

    private static KubeService service(ObjectMeta meta, Fields spec) {
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
        return new KubeService(meta, type, addresses, servicePorts(spec), spec.strings("selector"));
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
            ports.add(new KubePort(name, l4(port, "port", number)));
        }
        return ports;
    }

    private static KubeEndpointSlice slice(ObjectMeta meta, Fields root) {
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
                    .ifPresent(
                            number -> ports.add(new KubePort(port.text("name").orElse(""), l4(port, "port", number))));
        }
        return new KubeEndpointSlice(meta, endpoints, ports);
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
                endpoint.text("nodeName").orElse(""),
                endpoint.text("zone").orElse(""));
    }

    private static KubePod pod(ObjectMeta meta, Fields spec, Fields status) {
        List<IpAddress> ips = new ArrayList<>();
        for (Fields podIp : status.mappings("podIPs")) {
            podIp.value("ip", IpAddress::parse).ifPresent(ips::add);
        }
        if (ips.isEmpty()) {
            status.text("podIP")
                    .filter(text -> !text.isEmpty())
                    .flatMap(text -> status.value("podIP", IpAddress::parse))
                    .ifPresent(ips::add);
        }
        List<KubePort> namedPorts = new ArrayList<>();
        for (Fields container : spec.mappings("containers")) {
            for (Fields port : container.mappings("ports")) {
                Optional<String> name = port.text("name");
                Optional<Integer> number = port.number("containerPort");
                if (name.isPresent() && number.isPresent()) {
                    namedPorts.add(new KubePort(name.get(), l4(port, "containerPort", number.get())));
                }
            }
        }
        String phase = status.text("phase").orElse("");
        return new KubePod(
                meta,
                new KubePod.Placement(
                        spec.text("nodeName").orElse(""),
                        ips,
                        spec.flag("hostNetwork").orElse(false),
                        phase.equals("Succeeded") || phase.equals("Failed")),
                spec.text("serviceAccountName").filter(text -> !text.isEmpty()).orElse("default"),
                namedPorts);
    }

    private static L4 l4(Fields port, String field, int number) {
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
