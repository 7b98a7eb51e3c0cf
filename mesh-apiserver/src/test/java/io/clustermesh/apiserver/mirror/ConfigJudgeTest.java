package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigJudgeTest {

    private final ConfigJudge judge = new ConfigJudge(
            new ClusterName("east"),
            new MeshClaims(
                    new OwnCluster(new ClusterName("west"), new ClusterId(1), MeshSize.CLUSTERS_255, List.of())));

    private String verdict(String json) {
        return switch (judge.judge(Optional.of(json.getBytes(StandardCharsets.UTF_8)))) {
            case ConfigJudge.Verdict.Accepted accepted ->
                "accepted " + accepted.config().id();
            case ConfigJudge.Verdict.Refused(String reason) -> reason;
        };
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"id":2,"capabilities":{"syncedCanaries":true,"maxConnectedClusters":255}} | accepted 2
                    {"id":3,"capabilities":{"syncedCanaries":true,"maxConnectedClusters":255,"serviceExportsEnabled":false,"endpointSlicesExportMode":"services-and-endpointslices"}} | accepted 3
                    {"id":2} | accepted 2
                    {"id":1} | belongs to west already
                    {"id":256} | outside 1..255
                    {"id":2,"capabilities":{"maxConnectedClusters":511}} | set meshSize alike
                    {"id":2,"capabilities":{"cached":true}} | point the connection file at the peer itself
                    {"id":4,"capabilities":{"endpointSlicesExportMode":"endpointslices-only"}} | accepted 4
                    {"id":5,"capabilities":{"endpointSlicesExportMode":""}} | accepted 5
                    {"id":2,"capabilities":{"endpointSlicesExportMode":"surprise"}} | mode "surprise", known are services-and-endpointslices, endpointslices-only and none
                    {"id":2,"capabilities":{"endpointSlicesExportMode":"Services-And-EndpointSlices"}} | set one of them in the peer
                    {"capabilities":{}} | correct the peer's name and id
                    {"id": | correct the peer's name and id
                    """)
    void shouldJudge(String json, String expected) {
        assertThat(verdict(json)).contains(expected);
    }

    @Test
    void shouldSayWhereToLookForAMissingConfig() {
        assertThat(judge.judge(Optional.empty()))
                .isInstanceOfSatisfying(
                        ConfigJudge.Verdict.Refused.class,
                        refused -> assertThat(refused.reason())
                                .contains("cilium/cluster-config/east", "connection file's name"));
    }
}
