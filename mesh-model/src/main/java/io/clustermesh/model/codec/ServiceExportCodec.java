package io.clustermesh.model.codec;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.ServiceExportSpec;
import io.clustermesh.model.ServiceExportSpec.Exported;
import io.clustermesh.model.ServiceExportSpec.Port;
import io.clustermesh.model.ServiceExportSpec.SessionAffinity;
import io.clustermesh.model.ServiceExportSpec.Spec;
import io.clustermesh.model.ServiceExportSpec.Traffic;
import io.clustermesh.model.ServiceName;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Service exports in Cilium's JSON form ({@code pkg/clustermesh/mcsapi/types}). Releases up to 1.20 write {@code Labels}
 * and {@code Annotations} a second time with a capital letter; both are read. Only the small letters are written, since
 * Go's reader does not care about case.
 */
public final class ServiceExportCodec {

    private ServiceExportCodec() {}

    public static byte[] encode(ServiceExportSpec export) {
        Spec spec = export.spec();
        return JsonOut.object(out -> {
            out.text("cluster", export.cluster().value());
            out.text("name", export.name().name());
            out.text("namespace", export.name().namespace());
            mapIfAny(out, "annotations", export.exported().annotations());
            mapIfAny(out, "labels", export.exported().labels());
            export.created()
                    .ifPresentOrElse(
                            at -> out.text(
                                    "exportCreationTimestamp",
                                    at.truncatedTo(ChronoUnit.SECONDS).toString()),
                            () -> out.nothing("exportCreationTimestamp"));
            out.objects("ports", spec.ports(), port -> {
                out.text("name", port.name());
                out.text("protocol", port.l4().protocol().name());
                out.textIfAny("appProtocol", port.appProtocol());
                out.number("port", port.l4().port());
            });
            out.text("type", spec.type());
            out.text("sessionAffinity", spec.affinity().kind());
            spec.affinity()
                    .timeoutSeconds()
                    .ifPresent(seconds -> out.object(
                            "sessionAffinityConfig",
                            () -> out.object("clientIP", () -> out.number("timeoutSeconds", seconds))));
            out.texts("ipFamilies", spec.ipFamilies());
            out.text("internalTrafficPolicy", spec.traffic().internalPolicy());
            out.textIfAny("trafficDistribution", spec.traffic().distribution());
        });
    }

    private static void mapIfAny(JsonOut out, String name, Map<String, String> map) {
        if (!map.isEmpty()) {
            out.map(name, map, out::text);
        }
    }

    /** Reads an export of any release from 1.17 on; ports of unknown protocols are left out. */
    public static Decoded<ServiceExportSpec> decode(byte[] json) {
        return JsonIn.decode("service export", json, ServiceExportCodec::read);
    }

    private static ServiceExportSpec read(JsonIn in) {
        var export = new Object() {
            String cluster = "";
            String namespace = "";
            String name = "";
            Map<String, String> labels = Map.of();
            Map<String, String> annotations = Map.of();
            Optional<Instant> created = Optional.empty();
            final List<Port> ports = new ArrayList<>();
            String type = "";
            String affinity = "";
            Optional<Integer> timeoutSeconds = Optional.empty();
            List<String> families = List.of();
            String internalPolicy = "";
            String distribution = "";
        };
        in.fields(field -> {
            switch (field) {
                case "cluster" -> export.cluster = in.text();
                case "namespace" -> export.namespace = in.text();
                case "name" -> export.name = in.text();
                case "labels", "Labels" -> export.labels = either(in.textMap(), export.labels);
                case "annotations", "Annotations" -> export.annotations = either(in.textMap(), export.annotations);
                case "exportCreationTimestamp" -> export.created = time(in.text());
                case "ports" -> in.items(() -> readPort(in).ifPresent(export.ports::add));
                case "type" -> export.type = in.text();
                case "sessionAffinity" -> export.affinity = in.text();
                case "sessionAffinityConfig" -> export.timeoutSeconds = timeout(in);
                case "ipFamilies" -> export.families = in.texts();
                case "internalTrafficPolicy" -> export.internalPolicy = in.text();
                case "trafficDistribution" -> export.distribution = in.text();
                default -> in.skip();
            }
        });
        return new ServiceExportSpec(
                new ClusterName(export.cluster),
                new ServiceName(export.namespace, export.name),
                export.created,
                new Exported(export.labels, export.annotations),
                new Spec(
                        export.type,
                        export.ports,
                        new SessionAffinity(export.affinity, export.timeoutSeconds),
                        export.families,
                        new Traffic(export.internalPolicy, export.distribution)));
    }

    /** The two spellings say the same; if one is empty the other counts. */
    private static Map<String, String> either(Map<String, String> now, Map<String, String> before) {
        return now.isEmpty() ? before : now;
    }

    private static Optional<Instant> time(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("exportCreationTimestamp \"%s\" is no RFC 3339 time".formatted(text), e);
        }
    }

    private static Optional<Integer> timeout(JsonIn in) {
        var config = new Object() {
            Optional<Integer> seconds = Optional.empty();
        };
        in.fields(field -> {
            if (!field.equals("clientIP")) {
                in.skip();
                return;
            }
            in.fields(part -> {
                if (part.equals("timeoutSeconds") && !in.isNull()) {
                    config.seconds = Optional.of(in.number());
                } else {
                    in.skip();
                }
            });
        });
        return config.seconds;
    }

    private static Optional<Port> readPort(JsonIn in) {
        var port = new Object() {
            String name = "";
            String protocol = "";
            String appProtocol = "";
            int number;
        };
        in.fields(field -> {
            switch (field) {
                case "name" -> port.name = in.text();
                case "protocol" -> port.protocol = in.text();
                case "appProtocol" -> port.appProtocol = in.text();
                case "port" -> port.number = in.number();
                default -> in.skip();
            }
        });
        return PortJson.l4(port.protocol.isEmpty() ? "TCP" : port.protocol, port.number)
                .map(l4 -> new Port(port.name, l4, port.appProtocol));
    }
}
