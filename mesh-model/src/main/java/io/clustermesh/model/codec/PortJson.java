package io.clustermesh.model.codec;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Protocols and ports, which Cilium's JSON spells in three places. */
final class PortJson {

    private PortJson() {}

    /** Empty for a protocol that we don't know: a newer writer's, of no use here. */
    static Optional<L4> l4(String protocol, int port) {
        return switch (protocol.toUpperCase(Locale.ROOT)) {
            case "TCP" -> Optional.of(new L4(Protocol.TCP, port));
            case "UDP" -> Optional.of(new L4(Protocol.UDP, port));
            case "SCTP" -> Optional.of(new L4(Protocol.SCTP, port));
            default -> Optional.empty();
        };
    }

    /** Writes {@code {"10.3.1.15":{"http":{"Protocol":"TCP","Port":8080}}}} as a field. */
    static void writeByAddress(JsonOut out, String field, Map<IpAddress, Map<String, L4>> ports) {
        out.map(
                field,
                TextKeys.of(ports),
                (ip, byName) -> out.map(
                        ip,
                        byName,
                        (name, l4) -> out.object(name, () -> {
                            out.text("Protocol", l4.protocol().name());
                            out.number("Port", l4.port());
                        })));
    }

    static Map<IpAddress, Map<String, L4>> readByAddress(JsonIn in) {
        Map<IpAddress, Map<String, L4>> ports = new TreeMap<>();
        in.fields(ip -> ports.put(IpAddress.parse(ip), readByName(in)));
        return ports;
    }

    private static Map<String, L4> readByName(JsonIn in) {
        Map<String, L4> ports = new TreeMap<>();
        in.fields(name -> readL4(in).ifPresent(l4 -> ports.put(name, l4)));
        return ports;
    }

    /** Reads {@code {"Protocol":"TCP","Port":80}}, with either case of the keys. */
    static Optional<L4> readL4(JsonIn in) {
        var parts = new Object() {
            String protocol = "";
            int port;
        };
        in.fields(name -> {
            switch (name) {
                case "Protocol", "protocol" -> parts.protocol = in.text();
                case "Port", "port" -> parts.port = in.number();
                default -> in.skip();
            }
        });
        return l4(parts.protocol, parts.port);
    }
}
