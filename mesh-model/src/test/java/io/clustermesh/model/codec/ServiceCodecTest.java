package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.reason;
import static io.clustermesh.model.codec.Golden.text;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceName;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.ServiceRecord.Zone;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceCodecTest {

    private static final Map<String, L4> HTTP = Map.of("http", new L4(Protocol.TCP, 8080));

    @Test
    void shouldReadWhatCiliumWrites() {
        ServiceRecord service = value(ServiceCodec.decode(bytes(Golden.SERVICE)));

        assertThat(service)
                .isEqualTo(new ServiceRecord(
                        new ClusterName("east"),
                        new ClusterId(3),
                        new ServiceName("shop", "cart"),
                        Map.of(IpAddress.parse("10.103.7.9"), Map.of("http", new L4(Protocol.TCP, 80))),
                        Map.of(IpAddress.parse("10.3.1.15"), HTTP, IpAddress.parse("10.3.2.4"), HTTP),
                        new ServiceRecord.Meta(
                                Map.of("app", "cart"),
                                Map.of("app", "cart"),
                                Map.of(IpAddress.parse("10.3.1.15"), new Zone("z1", List.of("z1"))),
                                Map.of(),
                                true)));
    }

    @Test
    void shouldWriteTheSameText() {
        assertThat(text(ServiceCodec.encode(value(ServiceCodec.decode(bytes(Golden.SERVICE))))))
                .isEqualTo(Golden.SERVICE);
    }

    @Test
    void shouldCarryHostNames() {
        String json = Golden.SERVICE.replace(
                "\"zones\":", "\"hostnames\":{\"10.3.1.15\":\"cart-0\",\"10.3.2.4\":\"cart-1\"},\"zones\":");

        ServiceRecord service = value(ServiceCodec.decode(bytes(json)));

        assertThat(service.meta().hostnames())
                .isEqualTo(Map.of(IpAddress.parse("10.3.1.15"), "cart-0", IpAddress.parse("10.3.2.4"), "cart-1"));
        assertThat(text(ServiceCodec.encode(service))).isEqualTo(json);
    }

    @Test
    void shouldWriteEmptyMapsForAHeadlessServiceAndLeaveOutZones() {
        ServiceRecord headless = new ServiceRecord(
                new ClusterName("east"),
                new ClusterId(3),
                new ServiceName("shop", "cart"),
                Map.of(),
                Map.of(),
                ServiceRecord.Meta.of(Map.of(), Map.of()));

        assertThat(text(ServiceCodec.encode(headless))).isEqualTo("""
            {"cluster":"east","namespace":"shop","name":"cart","frontends":{},"backends":{},"labels":{},"selector":{},"includeExternal":true,"shared":true,"clusterID":3}\
            """);
    }

    @Test
    void shouldReadNullsUnnamedPortsAndUnknownProtocols() {
        ServiceRecord service = value(ServiceCodec.decode(bytes("""
            {"cluster":"east","namespace":"shop","name":"cart","clusterID":3,"frontends":null,"zones":{"10.0.0.1":null},
             "backends":{"fd10:3::1":{"":{"Protocol":"UDP","Port":53},"odd":{"Protocol":"DCCP","Port":1}},"10.3.1.1":null},
             "labels":null,"selector":null,"hostnames":{"10.3.1.1":"cart-0"},"new":[]}\
            """)));

        assertThat(service.frontends()).isEmpty();
        assertThat(service.backends())
                .isEqualTo(Map.of(
                        IpAddress.parse("fd10:3::1"),
                        Map.of("", new L4(Protocol.UDP, 53)),
                        IpAddress.parse("10.3.1.1"),
                        Map.of()));
        assertThat(service.meta().shared()).isFalse();
    }

    @Test
    void shouldCarryThousandsOfBackends() {
        Map<IpAddress, Map<String, L4>> backends = new TreeMap<>();
        for (int i = 0; i < 5000; i++) {
            backends.put(
                    IpAddress.of(new byte[] {10, 3, (byte) (i >> 8), (byte) i}),
                    Map.of("http", new L4(Protocol.TCP, 8080), "metrics", new L4(Protocol.TCP, 9090)));
        }
        ServiceRecord service = new ServiceRecord(
                new ClusterName("east"),
                new ClusterId(3),
                new ServiceName("shop", "cart"),
                Map.of(),
                backends,
                ServiceRecord.Meta.of(Map.of(), Map.of()));

        assertThat(value(ServiceCodec.decode(ServiceCodec.encode(service)))).isEqualTo(service);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"namespace":"shop","name":"cart","clusterID":3}                                      | cluster name
        {"cluster":"east","name":"cart","clusterID":3}                                        | needs a namespace
        {"cluster":"east","namespace":"shop","name":"a/b","clusterID":3}                      | needs a namespace
        {"cluster":"east","namespace":"shop","name":"cart"}                                   | cluster id 0
        {"cluster":"east","namespace":"shop","name":"cart","clusterID":3,"backends":{"x":{}}} | "x" is no IP address
        {"cluster":"east","namespace":"shop","name":"cart","clusterID":3,"backends":[]}       | an object belongs
        {"cluster":"east","backends":{"10.0.0.1":{"a":{"Protocol":"TCP","Port":0}}}}          | port 0
        """)
    void shouldSayWhatIsMissingOrWrong(String json, String reason) {
        assertThat(reason(ServiceCodec.decode(bytes(json))))
                .startsWith("service: ")
                .contains(reason);
    }
}
