package io.clustermesh.model.codec;

import io.clustermesh.model.Affinity;
import io.clustermesh.model.Balancing;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.MeshService.Backend;
import io.clustermesh.model.MeshService.Place;
import io.clustermesh.model.MeshService.Port;
import io.clustermesh.model.MeshService.State;
import io.clustermesh.model.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Our own service format, for a cluster's own agents:
 *
 * <pre>{@code
 * {"cluster":"west","namespace":"shop","name":"cart","frontends":["10.101.0.9"],
 *  "ports":[{"name":"http","protocol":"TCP","port":80}],"affinity":"local","shared":true,
 *  "backends":[{"ip":"10.1.1.15","ports":{"http":{"protocol":"TCP","port":8080}},
 *               "state":"active","node":"west-n1","zone":"z1"}]}
 * }</pre>
 *
 * and, where a service asks for them: {@code externals}, {@code unreadyIpv4}, {@code unreadyIpv6}, a port's {@code nodePort}, a backend's {@code
 * weight} and {@code forZones}, and the fields of {@link BalancingJson}.
 *
 * <p>Agents and publisher may be of different releases: an affinity that the reader does not know is {@code none}, a
 * state that it does not know takes no new connections while others do, an unknown protocol's port is left out.
 */
public final class MeshServiceCodec {

    private MeshServiceCodec() {}

    /** The JSON above, with empty texts left out. */
    public static byte[] encode(MeshService service) {
        return JsonOut.object(out -> {
            out.text("cluster", service.cluster().value());
            out.text("namespace", service.name().namespace());
            out.text("name", service.name().name());
            out.texts(
                    "frontends",
                    service.frontends().stream().map(IpAddress::toString).toList());
            out.objects("ports", service.ports(), port -> {
                out.text("name", port.name());
                writeL4(out, port.l4());
                out.numberUnless("nodePort", port.nodePort(), 0);
            });
            out.textsIfAny(
                    "externals",
                    service.addresses().externals().stream()
                            .map(IpAddress::toString)
                            .toList());
            out.text("affinity", service.policy().affinity().text());
            out.flag("shared", service.policy().shared());
            BalancingJson.write(out, service.policy());
            out.objects("backends", service.backends(), backend -> {
                out.text("ip", backend.ip().toString());
                out.map("ports", backend.ports(), (name, l4) -> out.object(name, () -> writeL4(out, l4)));
                out.text("state", backend.state().name().toLowerCase(Locale.ROOT));
                out.textIfAny("node", backend.node());
                out.textIfAny("zone", backend.zone());
                out.textsIfAny("forZones", backend.place().forZones());
                out.numberUnless("weight", backend.weight(), Balancing.BACKEND_WEIGHT);
            });
            out.numberUnless("unreadyIpv4", service.unready().ipv4(), 0);
            out.numberUnless("unreadyIpv6", service.unready().ipv6(), 0);
        });
    }

    /** Reads that JSON. */
    public static Decoded<MeshService> decode(byte[] json) {
        return JsonIn.decode("mesh service", json, MeshServiceCodec::read);
    }

    private static MeshService read(JsonIn in) {
        var service = new Object() {
            String cluster = "";
            String namespace = "";
            String name = "";
            List<IpAddress> frontends = new ArrayList<>();
            List<Port> ports = new ArrayList<>();
            Affinity affinity = Affinity.NONE;
            boolean shared = true;
            List<Backend> backends = new ArrayList<>();
            List<IpAddress> externals = new ArrayList<>();
            int unreadyIpv4;
            int unreadyIpv6;
            final BalancingJson rules = new BalancingJson();
        };
        in.fields(field -> {
            switch (field) {
                case "cluster" -> service.cluster = in.text();
                case "namespace" -> service.namespace = in.text();
                case "name" -> service.name = in.text();
                case "frontends" -> {
                    service.frontends.clear();
                    in.items(() -> service.frontends.add(IpAddress.parse(in.text())));
                }
                case "externals" -> {
                    service.externals.clear();
                    in.items(() -> service.externals.add(IpAddress.parse(in.text())));
                }
                case "unreadyIpv4" -> service.unreadyIpv4 = in.number();
                case "unreadyIpv6" -> service.unreadyIpv6 = in.number();
                case "ports" -> {
                    service.ports.clear();
                    in.items(() -> readPort(in, service.ports));
                }
                case "affinity" -> service.affinity = Affinity.parse(in.text()).orElse(Affinity.NONE);
                case "shared" -> service.shared = in.flag();
                case "backends" -> {
                    service.backends.clear();
                    in.items(() -> service.backends.add(readBackend(in)));
                }
                default -> service.rules.read(in, field);
            }
        });
        return new MeshService(
                new ClusterName(service.cluster),
                new ServiceName(service.namespace, service.name),
                new MeshService.Addresses(service.frontends, service.externals),
                service.ports,
                service.rules.policy(service.affinity, service.shared),
                service.backends,
                new MeshService.Unready(service.unreadyIpv4, service.unreadyIpv6));
    }

    private static void readPort(JsonIn in, List<Port> ports) {
        var port = new Object() {
            String name = "";
            String protocol = "";
            int number;
            int nodePort;
        };
        in.fields(field -> {
            switch (field) {
                case "name" -> port.name = in.text();
                case "nodePort" -> port.nodePort = in.number();
                case "protocol" -> port.protocol = in.text();
                case "port" -> port.number = in.number();
                default -> in.skip();
            }
        });
        PortJson.l4(port.protocol, port.number).ifPresent(l4 -> ports.add(new Port(port.name, l4, port.nodePort)));
    }

    private static Backend readBackend(JsonIn in) {
        var backend = new Object() {
            String ip = "";
            State state = State.ACTIVE;
            String node = "";
            String zone = "";
            List<String> forZones = List.of();
            int weight = Balancing.BACKEND_WEIGHT;
            Map<String, L4> ports = new TreeMap<>();
        };
        in.fields(field -> {
            switch (field) {
                case "ip" -> backend.ip = in.text();
                case "ports" -> {
                    backend.ports.clear();
                    in.fields(name -> PortJson.readL4(in).ifPresent(l4 -> backend.ports.put(name, l4)));
                }
                case "state" -> backend.state = in.text().equals("active") ? State.ACTIVE : State.TERMINATING;
                case "node" -> backend.node = in.text();
                case "zone" -> backend.zone = in.text();
                case "forZones" -> backend.forZones = in.texts();
                case "weight" -> backend.weight = in.number();
                default -> in.skip();
            }
        });
        return new Backend(
                IpAddress.parse(backend.ip),
                backend.ports,
                backend.state,
                new Place(backend.node, backend.zone, backend.forZones),
                backend.weight);
    }

    private static void writeL4(JsonOut out, L4 l4) {
        out.text("protocol", l4.protocol().name());
        out.number("port", l4.port());
    }
}
