package io.clustermesh.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.Homes;
import io.clustermesh.store.admin.AdminJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshStatusTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");

    @TempDir
    private Path folder = Path.of("");

    private static JsonNode json(String text) throws JsonProcessingException {
        return AdminJson.mapper().readTree(text);
    }

    @Test
    void shouldShowTheSourceThatIsSilentLongest() throws JsonProcessingException {
        JsonNode status = json("""
                {"apiserver":{"sources":{"a/":{"sinceLastSign":"PT2.5S"},"b/":{"sinceLastSign":"PT7S"}}},
                 "dataPlane":{"kind":"kernel","used":{"frontends":4,"backends":16}}}
                """);

        assertThat(ProcessDetail.lastEvent(status, NOW)).isEqualTo("7.0 s");
        assertThat(ProcessDetail.of("n1-node-sync", status)).isEqualTo("data plane kernel, 4 frontends, 16 backends");
    }

    @Test
    void shouldCountAgesFromMoments() throws JsonProcessingException {
        assertThat(ProcessDetail.lastEvent(
                        json("{\"cache\":{\"feed\":{\"lastHeard\":\"2026-01-01T00:00:58Z\"}}}"), NOW))
                .isEqualTo("2.0 s");
        assertThat(ProcessDetail.lastEvent(
                        json("{\"events\":[{\"at\":\"2025-12-31T23:00:00Z\"},{\"at\":\"2025-12-31T23:51:00Z\"}]}"),
                        NOW))
                .isEqualTo("10 min");
        assertThat(ProcessDetail.lastEvent(json("{}"), NOW)).isEqualTo("-");
    }

    @Test
    void shouldWaitForPeersThatTheFilesWantThoughNobodyKnowsThemYet() throws IOException, InterruptedException {
        Path west = folder.resolve("west");
        for (String name : new String[] {"conf/mesh-apiserver.yaml", "peers/east.yaml"}) {
            Files.createDirectories(west.resolve(name).resolveSibling("."));
            Files.writeString(west.resolve(name), "");
        }
        Files.writeString(
                west.resolve(ClusterHome.FILE),
                "name: west\nid: 1\npodCidrs: [10.1.0.0/16]\nserviceCidrs: []\nendpoint: https://10.0.0.1:2379\n");

        MeshStatus status = MeshStatus.ask(Homes.in(folder).homes(), NOW);

        assertThat(status.ready()).isFalse();
        assertThat(status.notReady())
                .containsExactly("mesh-apiserver of west: does not answer", "peer east of west is -");
    }
}
