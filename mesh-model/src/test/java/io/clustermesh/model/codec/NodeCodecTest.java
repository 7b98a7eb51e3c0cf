package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.reason;
import static io.clustermesh.model.codec.Golden.text;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.NodeRecord.NodeAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeCodecTest {

    private static NodeRecord node(List<Cidr> cidrs, Map<String, String> labels) {
        return new NodeRecord(
                new ClusterName("east"),
                new ClusterId(3),
                "worker-1",
                List.of(new NodeAddress("InternalIP", IpAddress.parse("172.18.0.11"))),
                cidrs,
                labels);
    }

    @Test
    void shouldReadWhatCiliumWrites() {
        NodeRecord node = value(NodeCodec.decode(bytes(Golden.NODE)));

        assertThat(node.cluster()).isEqualTo(new ClusterName("east"));
        assertThat(node.clusterId()).isEqualTo(new ClusterId(3));
        assertThat(node.name()).isEqualTo("worker-1");
        assertThat(node.addresses())
                .containsExactly(
                        new NodeAddress("InternalIP", IpAddress.parse("172.18.0.11")),
                        new NodeAddress("CiliumInternalIP", IpAddress.parse("10.3.1.200")));
        assertThat(node.podCidrs()).containsExactly(Cidr.parse("10.3.1.0/24"));
        assertThat(node.labels()).containsExactly(Map.entry("topology.kubernetes.io/zone", "z1"));
    }

    @Test
    void shouldWriteTheSameTextExceptForFieldsThatWeDoNotHold() {
        NodeRecord node = value(NodeCodec.decode(bytes(Golden.NODE)));

        assertThat(text(NodeCodec.encode(node)))
                .isEqualTo(Golden.NODE
                        .replace("\"10.3.1.77\"", "\"\"")
                        .replace("0f6c2a0e-6f0e-4a0e-9a55-2f7f5f1f8a10", ""));
    }

    @Test
    void shouldWriteNullForEmptyListsAndMaps() {
        String json = text(NodeCodec.encode(
                new NodeRecord(new ClusterName("east"), new ClusterId(3), "n", List.of(), List.of(), Map.of())));

        assertThat(json)
                .contains("\"IPAddresses\":null", "\"IPv4AllocCIDR\":null", "\"IPv6SecondaryAllocCIDRs\":null")
                .contains("\"Labels\":null", "\"Annotations\":null");
    }

    @Test
    void shouldPutTheFirstBlockOfEachFamilyIntoThePrimaryField() {
        NodeRecord node = node(
                List.of(
                        Cidr.parse("10.3.1.0/24"),
                        Cidr.parse("10.3.9.0/26"),
                        Cidr.parse("fd10:3:1::/64"),
                        Cidr.parse("fd10:3:9::/64")),
                Map.of());

        String json = text(NodeCodec.encode(node));

        assertThat(json)
                .contains("\"IPv4AllocCIDR\":{\"IP\":\"10.3.1.0\",\"Mask\":\"////AA==\"}")
                .contains("\"IPv4SecondaryAllocCIDRs\":[{\"IP\":\"10.3.9.0\",\"Mask\":\"////wA==\"}]")
                .contains("\"IPv6AllocCIDR\":{\"IP\":\"fd10:3:1::\",\"Mask\":\"//////////8AAAAAAAAAAA==\"}");
        assertThat(value(NodeCodec.decode(bytes(json)))).isEqualTo(node);
    }

    @Test
    void shouldWriteLabelsSorted() {
        String json = text(NodeCodec.encode(node(List.of(), Map.of("b", "2", "a", "1", "c", "3"))));

        assertThat(json).contains("\"Labels\":{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "10.1.2.0/24"                        | 10.1.2.0/24
            {"IP":"10.1.2.0","Mask":"////AA=="}  | 10.1.2.0/24
            {"IP":"10.1.0.0","Mask":"//8AAA=="}  | 10.1.0.0/16
            {"IP":"10.1.2.3","Mask":"/////w=="}  | 10.1.2.3/32
            "fd10:1::/64"                        | fd10:1::/64
            "10.1.2.3/24"                        | 10.1.2.0/24
            """)
    void shouldReadBothFormsOfACidr(String json, String expected) {
        NodeRecord node = value(NodeCodec.decode(bytes("""
                {"Name":"n","Cluster":"c","ClusterID":1,"IPv4AllocCIDR":%s}""".formatted(json))));

        assertThat(node.podCidrs()).containsExactly(Cidr.parse(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"IP\":\"10.1.2.0\",\"Mask\":\"/wD/AA==\"}",
                "{\"IP\":\"10.1.2.0\",\"Mask\":\"//////////8AAAAAAAAAAA==\"}",
                "{\"IP\":\"10.1.2.0\",\"Mask\":\"*\"}",
                "\"10.1.2.0\"",
                "\"10.1.2.0/33\"",
                "\"10.1.2.0/-1\"",
                "\"10.1.2.0/x\"",
                "7"
            })
    void shouldRefuseImpossibleCidrs(String json) {
        assertThat(reason(NodeCodec.decode(bytes("""
                {"Name":"n","Cluster":"c","ClusterID":1,"IPv4AllocCIDR":%s}""".formatted(json))))).startsWith("node: ");
    }

    @Test
    void shouldIgnoreUnknownKeysAndNullsAndTakeTheLastOfDuplicates() {
        NodeRecord node = value(NodeCodec.decode(bytes("""
                {"Future":{"deep":[1,{"x":null}]},"Name":"old","Name":"n","Cluster":"c","ClusterID":1,
                 "IPAddresses":null,"IPv4AllocCIDR":null,"IPv4SecondaryAllocCIDRs":[null],"Labels":null}""")));

        assertThat(node.name()).isEqualTo("n");
        assertThat(node.addresses()).isEmpty();
        assertThat(node.podCidrs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"Cluster":"c","ClusterID":1}                | node name
            {"Name":"n","ClusterID":1}                   | cluster name
            {"Name":"n","Cluster":"c"}                   | cluster id 0
            {"Name":"n","Cluster":"c","ClusterID":512}   | cluster id 512
            {"Name":"a/b","Cluster":"c","ClusterID":1}   | holds '/'
            {"Name":["n"],"Cluster":"c","ClusterID":1}   | a text belongs
            """)
    void shouldSayWhatIsMissingOrWrong(String json, String reason) {
        assertThat(reason(NodeCodec.decode(bytes(json)))).contains(reason);
    }
}
