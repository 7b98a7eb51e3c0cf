package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.reason;
import static io.clustermesh.model.codec.Golden.text;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterConfig.Capabilities;
import io.clustermesh.model.ClusterId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterConfigCodecTest {

    private static final ClusterConfig CONFIG = new ClusterConfig(
            new ClusterId(3), new Capabilities(true, false, 255, Optional.of(false), "services-and-endpointslices"));

    @Test
    void shouldReadWhatCiliumWrites() {
        assertThat(value(ClusterConfigCodec.decode(bytes(Golden.CONFIG)))).isEqualTo(CONFIG);
    }

    @Test
    void shouldWriteTheSameText() {
        assertThat(text(ClusterConfigCodec.encode(CONFIG))).isEqualTo(Golden.CONFIG);
    }

    @Test
    void shouldAddCachedWhenMirrored() {
        assertThat(text(ClusterConfigCodec.encode(CONFIG.asMirrored())))
                .contains("\"syncedCanaries\":true,\"cached\":true,\"maxConnectedClusters\":255");
    }

    @Test
    void shouldLeaveOutWhatIsZero() {
        ClusterConfig config =
                new ClusterConfig(new ClusterId(3), new Capabilities(false, false, 0, Optional.empty(), ""));

        assertThat(text(ClusterConfigCodec.encode(config))).isEqualTo("{\"id\":3,\"capabilities\":{}}");
    }

    @Test
    void shouldReadAConfigOfAnOldWriter() {
        assertThat(value(ClusterConfigCodec.decode(bytes("{\"id\":7}"))))
                .isEqualTo(
                        new ClusterConfig(new ClusterId(7), new Capabilities(false, false, 255, Optional.empty(), "")));
    }

    @Test
    void shouldKeepAnUnknownExportModeForTheReaderToRefuse() {
        ClusterConfig config = value(ClusterConfigCodec.decode(bytes("""
                {"id":7,"capabilities":{"endpointSlicesExportMode":"future","serviceExportsEnabled":null}}""")));

        assertThat(config.capabilities().endpointSlicesExportMode()).isEqualTo("future");
        assertThat(config.capabilities().serviceExportsEnabled()).isEmpty();
    }

    @Test
    void shouldRefuseAConfigWithoutId() {
        assertThat(reason(ClusterConfigCodec.decode(bytes("{}")))).startsWith("cluster config: cluster id 0");
    }
}
