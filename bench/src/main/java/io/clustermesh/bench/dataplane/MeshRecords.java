package io.clustermesh.bench.dataplane;

import io.clustermesh.model.Keys;
import io.clustermesh.nodesync.agent.Source;
import java.util.List;
import java.util.stream.Collectors;

/** Records as mesh-apiserver serves them to node-sync, written as text. Pure. */
final class MeshRecords {

    private MeshRecords() {}

    /**
     * @param source which watch brings it
     * @param key its key
     * @param json its value
     */
    record Entry(Source source, String key, String json) {}

    /**
     * A port of a service; backends listen on the same number.
     *
     * @param protocol TCP or UDP
     * @param number the port
     */
    record Port(String protocol, int number) {
        String name() {
            return protocol.toLowerCase(java.util.Locale.ROOT) + number;
        }
    }

    /** Cluster IP of service {@code number}, from 0. */
    static String vip(int number) {
        return "10.%d.%d.%d".formatted(96 + number / 62_500, number / 250 % 250, number % 250 + 1);
    }

    /** Address of pod {@code number}, from 0; nobody listens there. */
    static String pod(int number) {
        return "10.%d.%d.%d".formatted(128 + number / 62_500, number / 250 % 250, number % 250 + 1);
    }

    /** Cluster west's own service {@code number}, affinity local. */
    static Entry own(int number, List<Port> ports, List<String> pods) {
        String json = """
                {"cluster":"west","namespace":"bench","name":"s%d","frontends":["%s"],"ports":[%s],"affinity":"local","shared":true,"backends":[%s]}""".formatted(
                        number,
                        vip(number),
                        ports.stream()
                                .map(it -> "{\"name\":\"%s\",\"protocol\":\"%s\",\"port\":%d}"
                                        .formatted(it.name(), it.protocol(), it.number()))
                                .collect(Collectors.joining(",")),
                        pods.stream()
                                .map(ip -> "{\"ip\":\"%s\",\"ports\":{%s},\"state\":\"active\"}"
                                        .formatted(
                                                ip,
                                                ports.stream()
                                                        .map(it -> "\"%s\":{\"protocol\":\"%s\",\"port\":%d}"
                                                                .formatted(it.name(), it.protocol(), it.number()))
                                                        .collect(Collectors.joining(","))))
                                .collect(Collectors.joining(",")));
        return new Entry(Source.OWN, Keys.OURS + "state/services/v1/west/bench/s" + number, json);
    }

    /** The same service of cluster east, as Cilium writes it. */
    static Entry peer(int number, List<Port> ports, List<String> pods) {
        String json = """
                {"cluster":"east","clusterID":2,"namespace":"bench","name":"s%d","frontends":{},"backends":{%s},"labels":{},"selector":{},"includeExternal":true,"shared":true}""".formatted(
                        number,
                        pods.stream()
                                .map(ip -> "\"%s\":{%s}"
                                        .formatted(
                                                ip,
                                                ports.stream()
                                                        .map(it -> "\"%s\":{\"Protocol\":\"%s\",\"Port\":%d}"
                                                                .formatted(it.name(), it.protocol(), it.number()))
                                                        .collect(Collectors.joining(","))))
                                .collect(Collectors.joining(",")));
        return new Entry(Source.PEERS, Keys.CACHED_SERVICES + "east/bench/s" + number, json);
    }
}
