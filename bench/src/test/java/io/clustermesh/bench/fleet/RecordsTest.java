package io.clustermesh.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Decoded;
import io.clustermesh.model.IdentityRange;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.Keys;
import io.clustermesh.model.MeshSize;
import io.clustermesh.model.NodeRecord;
import io.clustermesh.model.codec.IpCodec;
import io.clustermesh.model.codec.NodeCodec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordsTest {

    private static final Records CLUSTER = Records.ofCluster(250);

    @Test
    void shouldMakePodsThatAMirrorAdmits() {
        byte[] value = CLUSTER.podValue(99, 9, 0x1234);

        assertThat(value).hasSize(400);
        assertThat(new String(value, StandardCharsets.UTF_8)).contains("cmts-0000000000001234");
        assertThat(IpCodec.decode(value)).isInstanceOfSatisfying(Decoded.Value.class, it -> {
            IpRecord entry = (IpRecord) it.value();
            assertThat(entry.ip()).isEqualTo(CLUSTER.pod(99, 9));
            assertThat(IdentityRange.of(CLUSTER.id(), MeshSize.CLUSTERS_255).contains(entry.identity()))
                    .isTrue();
        });
    }

    @Test
    void shouldMakeNodesThatOwnTheirPodsAddresses() {
        Decoded<NodeRecord> node = NodeCodec.decode(CLUSTER.node(99).getValue());

        assertThat(node)
                .isInstanceOfSatisfying(
                        Decoded.Value.class,
                        it -> assertThat(((NodeRecord) it.value())
                                        .podCidrs()
                                        .getFirst()
                                        .contains(CLUSTER.pod(99, 9)))
                                .isTrue());
    }

    @Test
    void shouldFrameThemWithConfigHeartbeatAndCanaries() {
        assertThat(CLUSTER.frame("now"))
                .containsKeys(
                        Keys.HEARTBEAT,
                        Keys.clusterConfig(CLUSTER.name()),
                        Keys.Resource.IPS.stateCanary(CLUSTER.name()),
                        Keys.Resource.NODES.stateCanary(CLUSTER.name()));
    }
}
