package io.clustermesh.model.codec;

import io.clustermesh.model.Decoded;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.IpRecord.NamedPort;
import io.clustermesh.model.IpRecord.PodRef;
import io.clustermesh.model.NumericIdentity;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Pod addresses with their identity, as Cilium writes them ({@code pkg/identity/identity.go}, IPIdentityPair). */
public final class IpCodec {

    private IpCodec() {}

    /** Cilium's JSON of a host entry: {@code Mask} null, empty names left out. */
    public static byte[] encode(IpRecord entry) {
        return JsonOut.object(out -> {
            out.text("IP", entry.ip().toString());
            out.nothing("Mask");
            out.text("HostIP", entry.hostIp().toString());
            out.number("ID", entry.identity().value());
            out.number("Key", 0);
            out.text("Metadata", "");
            out.textIfAny("K8sNamespace", entry.pod().namespace());
            out.textIfAny("K8sPodName", entry.pod().name());
            out.textIfAny("K8sServiceAccount", entry.pod().serviceAccount());
            out.textIfAny("K8sPodUID", entry.pod().uid());
            if (!entry.namedPorts().isEmpty()) {
                out.objects("NamedPorts", entry.namedPorts(), port -> {
                    out.text("Name", port.name());
                    out.number("Port", port.l4().port());
                    out.text("Protocol", port.l4().protocol().name());
                });
            }
        });
    }

    /**
     * Reads an entry with or without {@code Mask}. An entry for a block of addresses is malformed here, since only pods
     * are exported; named ports of unknown protocols are left out.
     */
    public static Decoded<IpRecord> decode(byte[] json) {
        return JsonIn.decodeFixed("ip entry", json, IpCodec::read);
    }

    private static IpRecord read(JsonIn in) {
        var entry = new Object() {
            String ip = "";
            String mask = "";
            String hostIp = "";
            int identity;
            String namespace = "";
            String pod = "";
            String serviceAccount = "";
            String uid = "";
            List<NamedPort> ports = List.of();
        };
        in.fields(field -> {
            switch (field) {
                case "IP" -> entry.ip = in.text();
                case "Mask" -> entry.mask = in.text();
                case "HostIP" -> entry.hostIp = in.text();
                case "ID" -> entry.identity = in.number();
                case "K8sNamespace" -> entry.namespace = in.text();
                case "K8sPodName" -> entry.pod = in.text();
                case "K8sServiceAccount" -> entry.serviceAccount = in.text();
                case "K8sPodUID" -> entry.uid = in.text();
                case "NamedPorts" -> entry.ports = readPorts(in);
                default -> in.skip();
            }
        });
        IpAddress ip = address("IP", entry.ip);
        if (!coversOneAddress(entry.mask)) {
            throw new IllegalArgumentException("the entry of %s covers a block (Mask %s), only single pods are exported"
                    .formatted(ip, entry.mask));
        }
        return new IpRecord(
                ip,
                new NumericIdentity(entry.identity),
                address("HostIP", entry.hostIp),
                new PodRef(entry.namespace, entry.pod, entry.serviceAccount, entry.uid),
                entry.ports);
    }

    private static IpAddress address(String field, String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return IpAddress.parse(text);
    }

    private static boolean coversOneAddress(String mask) {
        for (byte bits : Base64.getDecoder().decode(mask)) {
            if (bits != -1) {
                return false;
            }
        }
        return true;
    }

    private static List<NamedPort> readPorts(JsonIn in) {
        List<NamedPort> ports = new ArrayList<>();
        in.items(() -> {
            var port = new Object() {
                String name = "";
                String protocol = "";
                int number;
            };
            in.fields(field -> {
                switch (field) {
                    case "Name" -> port.name = in.text();
                    case "Protocol" -> port.protocol = in.text();
                    case "Port" -> port.number = in.number();
                    default -> in.skip();
                }
            });
            PortJson.l4(port.protocol, port.number).ifPresent(l4 -> ports.add(new NamedPort(port.name, l4)));
        });
        return ports;
    }
}
