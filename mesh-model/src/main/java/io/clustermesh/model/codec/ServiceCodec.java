package io.clustermesh.model.codec;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import java.util.Map;
import java.util.TreeMap;

/** Exported services in Cilium's JSON form ({@code pkg/clustermesh/store}, ClusterService). */
public final class ServiceCodec {

    private ServiceCodec() {}

    /** Cilium's JSON. The topology hints of a zone ({@code forZones}) are not known here and left out. */
    public static byte[] encode(ServiceRecord service) {
        ServiceRecord.Meta meta = service.meta();
        return JsonOut.object(out -> {
            out.text("cluster", service.cluster().value());
            out.text("namespace", service.name().namespace());
            out.text("name", service.name().name());
            PortJson.writeByAddress(out, "frontends", service.frontends());
            PortJson.writeByAddress(out, "backends", service.backends());
            if (!meta.zones().isEmpty()) {
                out.map("zones", TextKeys.of(meta.zones()), (ip, zone) -> out.object(ip, () -> out.text("zone", zone)));
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
            Map<IpAddress, String> zones = Map.of();
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
                new ServiceRecord.Meta(service.labels, service.selector, service.zones, service.shared));
    }

    private static Map<IpAddress, String> readZones(JsonIn in) {
        Map<IpAddress, String> zones = new TreeMap<>();
        in.fields(ip -> in.fields(field -> {
            if (!field.equals("zone")) {
                in.skip();
                return;
            }
            String zone = in.text();
            if (!zone.isEmpty()) {
                zones.put(IpAddress.parse(ip), zone);
            }
        }));
        return zones;
    }
}
