package io.clustermesh.apiserver.source;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.NodeRecord.NodeAddress;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * From a manifest's tree to our record, by the rules of the Kubernetes API ({@code core/v1}) for the fields that
 * are used. Stateless.
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
            case SERVICE -> ServiceParser.service(meta, root);
            case ENDPOINT_SLICE -> ServiceParser.slice(meta, root);
            case SERVICE_EXPORT -> ServiceParser.export(meta, root.mapping("spec"));
            case POD -> pod(meta, root.mapping("spec"), root.mapping("status"));
            case CILIUM_IDENTITY -> CiliumParser.identity(meta, root);
            case CILIUM_ENDPOINT -> CiliumParser.endpoint(meta, root.mapping("status"));
            case CILIUM_NODE -> CiliumParser.node(meta, root.mapping("spec"));
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
        return new ObjectMeta(
                namespace,
                name,
                labels,
                metadata.strings("annotations"),
                new ObjectMeta.Creation(
                        metadata.text("uid").orElse(""), metadata.value("creationTimestamp", ObjectParser::time)));
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("\"%s\" is no RFC 3339 time".formatted(text), e);
        }
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
                    namedPorts.add(new KubePort(name.get(), ServiceParser.l4(port, "containerPort", number.get())));
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
}
