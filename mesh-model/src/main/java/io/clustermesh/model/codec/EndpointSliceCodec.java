package io.clustermesh.model.codec;

import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Meta;
import io.clustermesh.model.ClusterEndpointSlice.Origin;
import io.clustermesh.model.ClusterEndpointSlice.Port;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Exported endpoint slices, one {@linkplain ZstdFrame zstd frame} around a protobuf message (Cilium {@code
 * pkg/clustermesh/types/endpointslice}):
 *
 * <pre>
 *   ClusterEndpointSlice  cluster 1, clusterID 2, namespace 3, name 4, labels 5, annotations 6, addressType 7,
 *                         endpoints 8*, ports 9*
 *   Endpoint              addresses 1*, conditions 2 (ready 1, serving 2, terminating 3), hostname 3, nodeName 6,
 *                         zone 7, hints 8 (forZones 1* (name 1)); deprecatedTopology 5 is not used
 *   EndpointPort          name 1, protocol 2, port 3, appProtocol 4
 * </pre>
 */
public final class EndpointSliceCodec {

    /** As the Kubernetes API allows. */
    static final int MAX_ENDPOINTS = 1000;

    static final int MAX_ADDRESSES = 100;
    static final int MAX_PORTS = 20_000;
    static final int MAX_ZONES = 100;
    static final int MAX_LABELS = 10_000;

    private EndpointSliceCodec() {}

    /** The message in its frame. */
    public static byte[] encode(ClusterEndpointSlice slice) {
        return ZstdFrame.compress(message(slice));
    }

    /** The message without its frame. */
    static byte[] message(ClusterEndpointSlice slice) {
        return ProtoOut.message(out -> {
            out.text(1, slice.origin().cluster().value());
            out.number(2, slice.origin().clusterId().value());
            out.text(3, slice.origin().namespace());
            out.text(4, slice.origin().name());
            out.map(5, slice.meta().labels());
            out.map(6, slice.meta().annotations());
            out.text(7, addressType(slice.family()));
            for (Endpoint endpoint : slice.endpoints()) {
                out.nested(8, part -> write(part, endpoint));
            }
            for (Port port : slice.ports()) {
                out.nested(9, part -> {
                    part.text(1, port.name());
                    part.text(2, port.l4().protocol().name());
                    part.number(3, port.l4().port());
                    part.textIfAny(4, port.appProtocol());
                });
            }
        });
    }

    private static void write(ProtoOut out, Endpoint endpoint) throws IOException {
        for (IpAddress ip : endpoint.addresses()) {
            out.text(1, ip.toString());
        }
        out.nested(2, conditions -> {
            conditions.flag(1, endpoint.conditions().ready());
            conditions.flag(2, endpoint.conditions().serving());
            conditions.flag(3, endpoint.conditions().terminating());
        });
        out.textIfAny(3, endpoint.hostname());
        out.textIfAny(6, endpoint.topology().node());
        out.textIfAny(7, endpoint.topology().zone());
        if (!endpoint.topology().forZones().isEmpty()) {
            out.nested(8, hints -> {
                for (String zone : endpoint.topology().forZones()) {
                    hints.nested(1, forZone -> forZone.text(1, zone));
                }
            });
        }
    }

    /**
     * Reads a frame of any writer. Ports without a number ("all ports") or of unknown protocols are left out; what is
     * larger than Kubernetes allows is malformed, since a small frame can hold millions of empty endpoints.
     */
    public static Decoded<ClusterEndpointSlice> decode(byte[] frame) {
        return Guard.decode("endpoint slice", frame, bytes -> {
            Draft draft = new Draft();
            ProtoIn.message(ZstdFrame.decompress(bytes), in -> number -> draft.read(in, number));
            return draft.slice();
        });
    }

    private static String addressType(Family family) {
        return switch (family) {
            case IPV4 -> "IPv4";
            case IPV6 -> "IPv6";
        };
    }

    /** A slice being read. */
    private static final class Draft {
        private String cluster = "";
        private int clusterId;
        private String namespace = "";
        private String name = "";
        private String addressType = "";
        private final Map<String, String> labels = new TreeMap<>();
        private final Map<String, String> annotations = new TreeMap<>();
        private final List<Endpoint> endpoints = new ArrayList<>();
        private final List<Port> ports = new ArrayList<>();

        void read(ProtoIn in, int number) throws IOException {
            switch (number) {
                case 1 -> cluster = in.text(cluster);
                case 2 -> clusterId = in.number(clusterId);
                case 3 -> namespace = in.text(namespace);
                case 4 -> name = in.text(name);
                case 5 -> in.entry(bounded("labels", labels, MAX_LABELS));
                case 6 -> in.entry(bounded("annotations", annotations, MAX_LABELS));
                case 7 -> addressType = in.text(addressType);
                case 8 -> add(in, "endpoints", endpoints, MAX_ENDPOINTS, Draft::endpoint);
                case 9 -> {
                    requireRoom("ports", ports.size(), MAX_PORTS);
                    port(in).ifPresent(ports::add);
                }
                default -> {}
            }
        }

        ClusterEndpointSlice slice() {
            Family family = switch (addressType) {
                case "IPv4" -> Family.IPV4;
                case "IPv6" -> Family.IPV6;
                default ->
                    throw new IllegalArgumentException(
                            "addressType \"%s\" is neither IPv4 nor IPv6".formatted(addressType));
            };
            return new ClusterEndpointSlice(
                    new Origin(new ClusterName(cluster), new ClusterId(clusterId), namespace, name),
                    new Meta(labels, annotations),
                    family,
                    endpoints,
                    ports);
        }

        private interface Item<T> {
            T read(ProtoIn in) throws IOException;
        }

        private static <T> void add(ProtoIn in, String what, List<T> list, int limit, Item<T> item) throws IOException {
            if (in.isDelimited()) {
                requireRoom(what, list.size(), limit);
                list.add(item.read(in));
            }
        }

        private static Map<String, String> bounded(String what, Map<String, String> map, int limit) {
            requireRoom(what, map.size(), limit);
            return map;
        }

        private static void requireRoom(String what, int size, int limit) {
            if (size >= limit) {
                throw new IllegalArgumentException("more than %d %s".formatted(limit, what));
            }
        }

        private static Endpoint endpoint(ProtoIn in) throws IOException {
            var endpoint = new Object() {
                final List<IpAddress> addresses = new ArrayList<>();
                Optional<Boolean> ready = Optional.empty();
                Optional<Boolean> serving = Optional.empty();
                boolean terminating;
                String hostname = "";
                String node = "";
                String zone = "";
                final List<String> forZones = new ArrayList<>();
            };
            in.nested(number -> {
                switch (number) {
                    case 1 ->
                        add(
                                in,
                                "addresses of one endpoint",
                                endpoint.addresses,
                                MAX_ADDRESSES,
                                part -> IpAddress.parse(part.text("")));
                    case 2 ->
                        in.nested(condition -> {
                            switch (condition) {
                                case 1 -> endpoint.ready = Optional.of(in.flag(endpoint.ready.orElse(true)));
                                case 2 -> endpoint.serving = Optional.of(in.flag(endpoint.serving.orElse(true)));
                                case 3 -> endpoint.terminating = in.flag(endpoint.terminating);
                                default -> {}
                            }
                        });
                    case 3 -> endpoint.hostname = in.text(endpoint.hostname);
                    case 6 -> endpoint.node = in.text(endpoint.node);
                    case 7 -> endpoint.zone = in.text(endpoint.zone);
                    case 8 ->
                        in.nested(hint -> {
                            if (hint == 1) {
                                add(in, "zones of one endpoint", endpoint.forZones, MAX_ZONES, Draft::zone);
                            }
                        });
                    default -> {}
                }
            });
            boolean ready = endpoint.ready.orElse(true);
            return new Endpoint(
                    endpoint.addresses,
                    new Conditions(ready, endpoint.serving.orElse(ready), endpoint.terminating),
                    endpoint.hostname,
                    new EndpointTopology(endpoint.node, endpoint.zone, endpoint.forZones));
        }

        private static String zone(ProtoIn in) throws IOException {
            var zone = new Object() {
                String name = "";
            };
            in.nested(field -> {
                if (field == 1) {
                    zone.name = in.text(zone.name);
                }
            });
            return zone.name;
        }

        private static Optional<Port> port(ProtoIn in) throws IOException {
            var port = new Object() {
                String name = "";
                String protocol = "TCP";
                int number;
                boolean numbered;
                String appProtocol = "";
            };
            in.nested(field -> {
                switch (field) {
                    case 1 -> port.name = in.text(port.name);
                    case 2 -> port.protocol = in.text(port.protocol);
                    case 3 -> {
                        port.number = in.number(port.number);
                        port.numbered = true;
                    }
                    case 4 -> port.appProtocol = in.text(port.appProtocol);
                    default -> {}
                }
            });
            return port.numbered
                    ? PortJson.l4(port.protocol, port.number).map(l4 -> new Port(port.name, l4, port.appProtocol))
                    : Optional.empty();
        }
    }
}
