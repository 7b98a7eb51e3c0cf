package io.clustermesh.model.codec;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.ServiceRecord.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Exported services in Cilium's JSON form ({@code pkg/clustermesh/store}, ClusterService). */
public final class ServiceCodec {

    private ServiceCodec() {}

    /** Cilium's JSON; {@code hostnames} and {@code zones} are left out if there are none. */
    public static byte[] encode(ServiceRecord service) {
        ServiceRecord.Meta meta = service.meta();
        return JsonOut.object(out -> {
            out.text("cluster", service.cluster().value());
            out.text("namespace", service.name().namespace());
            out.text("name", service.name().name());
            PortJson.writeByAddress(out, "frontends", service.frontends());
            PortJson.writeByAddress(out, "backends", service.backends());
            if (!meta.hostnames().isEmpty()) {
                out.map("hostnames", TextKeys.of(meta.hostnames()), out::text);
            }
            if (!meta.zones().isEmpty()) {
                out.map(
                        "zones",
                        TextKeys.of(meta.zones()),
                        (ip, zone) -> out.object(ip, () -> {
                            out.text("zone", zone.name());
                            if (!zone.forZones().isEmpty()) {
                                out.objects("forZones", zone.forZones(), name -> out.text("name", name));
                            }
                        }));
            }
            out.map("labels", meta.labels(), out::text);
            out.map("selector", meta.selector(), out::text);
            out.flag("includeExternal", true);
            out.flag("shared", meta.shared());
            out.number("clusterID", service.clusterId().value());
        });
    }

    /** Reads a service; ports of unknown protocols and zones without a name are left out. */
    public static Decoded<ServiceRecord> decode(byte[] json) {
        return JsonIn.decode("service", json, ServiceCodec::read);
    }

    private static ServiceRecord read(JsonIn in) {
        var service = new Object() {
            String cluster = "";
            String namespace = "";
            String name = "";
            int clusterId;
            boolean shared;
            Map<IpAddress, Map<String, L4>> frontends = Map.of();
            Map<IpAddress, Map<String, L4>> backends = Map.of();
            Map<IpAddress, Zone> zones = Map.of();
            Map<IpAddress, String> hostnames = Map.of();
            Map<String, String> labels = Map.of();
            Map<String, String> selector = Map.of();
        };
        in.fields(field -> {
            switch (field) {
                case "cluster" -> service.cluster = in.text();
                case "namespace" -> service.namespace = in.text();
                case "name" -> service.name = in.text();
                case "clusterID" -> service.clusterId = in.number();
                case "shared" -> service.shared = in.flag();
                case "frontends" -> service.frontends = PortJson.readByAddress(in);
                case "backends" -> service.backends = PortJson.readByAddress(in);
                case "zones" -> service.zones = readZones(in);
                case "hostnames" -> service.hostnames = readHostnames(in);
                case "labels" -> service.labels = in.textMap();
                case "selector" -> service.selector = in.textMap();
                default -> in.skip();
            }
        });
        return new ServiceRecord(
                new ClusterName(service.cluster),
                new ClusterId(service.clusterId),
                new ServiceName(service.namespace, service.name),
                service.frontends,
                service.backends,
                new ServiceRecord.Meta(
                        service.labels, service.selector, service.zones, service.hostnames, service.shared));
    }

    private static Map<IpAddress, String> readHostnames(JsonIn in) {
        Map<IpAddress, String> hostnames = new TreeMap<>();
        in.fields(ip -> {
            String hostname = in.text();
            if (!hostname.isEmpty()) {
                hostnames.put(IpAddress.parse(ip), hostname);
            }
        });
        return hostnames;
    }

    private static Map<IpAddress, Zone> readZones(JsonIn in) {
        Map<IpAddress, Zone> zones = new TreeMap<>();
        in.fields(ip -> {
            var zone = new Object() {
                String name = "";
                List<String> forZones = new ArrayList<>();
            };
            in.fields(field -> {
                switch (field) {
                    case "zone" -> zone.name = in.text();
                    case "forZones" ->
                        in.items(() -> in.fields(part -> {
                            if (part.equals("name")) {
                                zone.forZones.add(in.text());
                            } else {
                                in.skip();
                            }
                        }));
                    default -> in.skip();
                }
            });
            if (!zone.name.isEmpty()) {
                zones.put(IpAddress.parse(ip), new Zone(zone.name, zone.forZones));
            }
        });
        return zones;
    }
}
