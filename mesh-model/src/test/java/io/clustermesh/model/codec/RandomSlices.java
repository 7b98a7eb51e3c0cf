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
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Valid slices of every shape. */
final class RandomSlices {

    private RandomSlices() {}

    static ClusterEndpointSlice slice(Random random) {
        Family family = random.nextBoolean() ? Family.IPV4 : Family.IPV6;
        return new ClusterEndpointSlice(
                new Origin(
                        new ClusterName("c" + random.nextInt(1000)),
                        new ClusterId(1 + random.nextInt(ClusterId.MAX)),
                        "ns-" + random.nextInt(100),
                        "slice-" + text(random)),
                new Meta(texts(random), texts(random)),
                family,
                IntStream.range(0, random.nextInt(8))
                        .mapToObj(i -> endpoint(random, family))
                        .toList(),
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> port(random))
                        .toList());
    }

    private static Endpoint endpoint(Random random, Family family) {
        return new Endpoint(
                IntStream.range(0, random.nextInt(3))
                        .mapToObj(i -> ip(random, family))
                        .toList(),
                new Conditions(random.nextBoolean(), random.nextBoolean(), random.nextBoolean()),
                text(random),
                new EndpointTopology(
                        text(random),
                        text(random),
                        IntStream.range(0, random.nextInt(3))
                                .mapToObj(i -> text(random))
                                .toList()));
    }

    private static Port port(Random random) {
        List<Protocol> protocols = List.of(Protocol.values());
        return new Port(
                text(random),
                new L4(protocols.get(random.nextInt(protocols.size())), 1 + random.nextInt(65_535)),
                text(random));
    }

    private static IpAddress ip(Random random, Family family) {
        byte[] bytes = new byte[family.bits() / 8];
        random.nextBytes(bytes);
        return IpAddress.of(bytes);
    }

    private static Map<String, String> texts(Random random) {
        Map<String, String> texts = new TreeMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            texts.put(text(random), text(random));
        }
        return texts;
    }

    /** Empty at times, and of all the planes of Unicode but '/'. */
    private static String text(Random random) {
        return random.ints(random.nextInt(12), 1, 0x11000)
                .filter(c -> c != '/' && !(c >= 0xd800 && c <= 0xdfff))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
