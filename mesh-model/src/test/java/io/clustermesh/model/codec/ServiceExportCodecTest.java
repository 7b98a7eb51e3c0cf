package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.reason;
import static io.clustermesh.model.codec.Golden.text;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.model.ServiceExportSpec;
import io.clustermesh.model.ServiceExportSpec.Exported;
import io.clustermesh.model.ServiceExportSpec.Port;
import io.clustermesh.model.ServiceExportSpec.SessionAffinity;
import io.clustermesh.model.ServiceExportSpec.Spec;
import io.clustermesh.model.ServiceExportSpec.Traffic;
import io.clustermesh.model.ServiceName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceExportCodecTest {

    private static final ServiceExportSpec EXPORT = new ServiceExportSpec(
            new ClusterName("east"),
            new ServiceName("shop", "cart"),
            Optional.of(Instant.parse("2026-05-04T08:00:00Z")),
            new Exported(Map.of(), Map.of()),
            new Spec(
                    Spec.CLUSTER_SET_IP,
                    List.of(new Port("http", new L4(Protocol.TCP, 80), "")),
                    new SessionAffinity("None", Optional.empty()),
                    List.of("IPv4"),
                    new Traffic("Cluster", "")));

    private static final String FULL = """
        {"cluster":"east","name":"cart","namespace":"shop","annotations":{"a":"1"},"labels":{"l":"2"},"exportCreationTimestamp":"2026-05-04T08:00:00Z","ports":[{"name":"","protocol":"UDP","appProtocol":"dns","port":53}],"type":"Headless","sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},"ipFamilies":["IPv4","IPv6"],"internalTrafficPolicy":"Local","trafficDistribution":"PreferSameZone"}\
        """;

    @Test
    void shouldReadAndWriteWhatCiliumWrites() {
        assertThat(value(ServiceExportCodec.decode(bytes(Golden.EXPORT)))).isEqualTo(EXPORT);
        assertThat(text(ServiceExportCodec.encode(EXPORT))).isEqualTo(Golden.EXPORT);
    }

    @Test
    void shouldKeepEverything() {
        ServiceExportSpec export = value(ServiceExportCodec.decode(bytes(FULL)));

        assertThat(export.exported()).isEqualTo(new Exported(Map.of("l", "2"), Map.of("a", "1")));
        assertThat(export.spec().affinity()).isEqualTo(new SessionAffinity("ClientIP", Optional.of(10_800)));
        assertThat(export.spec().traffic()).isEqualTo(new Traffic("Local", "PreferSameZone"));
        assertThat(text(ServiceExportCodec.encode(export))).isEqualTo(FULL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"labels\":{\"l\":\"2\"}",
                "\"Labels\":{\"l\":\"2\"}",
                "\"labels\":{\"l\":\"2\"},\"Labels\":{\"l\":\"2\"}",
                "\"Labels\":{\"l\":\"2\"},\"labels\":null",
                "\"Labels\":null,\"labels\":{\"l\":\"2\"}"
            })
    void shouldReadBothSpellingsOfLabelsAndAnnotations(String labels) {
        String annotations =
                labels.replace("abels", "nnotations").replace("\"l", "\"a").replace("\"L", "\"A");
        String json = Golden.EXPORT.replace("\"ports\"", labels + "," + annotations + ",\"ports\"");

        assertThat(value(ServiceExportCodec.decode(bytes(json))).exported())
                .isEqualTo(new Exported(Map.of("l", "2"), Map.of("a", "2")));
    }

    @Test
    void shouldReadWhatIsMissingAndSkipWhatIsUnknown() {
        ServiceExportSpec export = value(ServiceExportCodec.decode(bytes("""
            {"cluster":"east","name":"cart","namespace":"shop","exportCreationTimestamp":null,"new":{"a":[1]},
             "ports":[{"port":80},{"protocol":"DCCP","port":1}],"sessionAffinityConfig":{"clientIP":null,"x":1}}\
            """)));

        assertThat(export.created()).isEmpty();
        assertThat(export.spec().ports()).containsExactly(new Port("", new L4(Protocol.TCP, 80), ""));
        assertThat(export.spec().affinity()).isEqualTo(new SessionAffinity("", Optional.empty()));
        assertThat(text(ServiceExportCodec.encode(export))).contains("\"exportCreationTimestamp\":null");
    }

    @Test
    void shouldReadTimesWithAnOffset() {
        String json = Golden.EXPORT.replace("08:00:00Z", "10:00:00+02:00");

        assertThat(value(ServiceExportCodec.decode(bytes(json)))).isEqualTo(EXPORT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"name":"cart","namespace":"shop"}                                                       | cluster name
        {"cluster":"east","name":"cart"}                                                         | needs a namespace
        {"cluster":"east","name":"a/b","namespace":"shop"}                                       | needs a namespace
        {"cluster":"east","name":"cart","namespace":"shop","exportCreationTimestamp":"yesterday"} | no RFC 3339 time
        {"cluster":"east","name":"cart","namespace":"shop","ports":[{"port":70000}]}             | port 70000
        {"cluster":"east","name":"cart","namespace":"shop","ipFamilies":[4]}                     | a text belongs
        """)
    void shouldSayWhatIsMissingOrWrong(String json, String reason) {
        assertThat(reason(ServiceExportCodec.decode(bytes(json))))
                .startsWith("service export: ")
                .contains(reason);
    }
}
